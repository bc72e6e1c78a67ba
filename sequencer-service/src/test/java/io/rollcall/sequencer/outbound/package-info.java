/** Tests of the way out; no sockets. */
@NullMarked
package io.rollcall.sequencer.outbound;

import org.jspecify.annotations.NullMarked;
