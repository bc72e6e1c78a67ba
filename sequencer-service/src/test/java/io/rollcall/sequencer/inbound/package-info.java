/** Tests of the way in; no sockets. */
@NullMarked
package io.rollcall.sequencer.inbound;

import org.jspecify.annotations.NullMarked;
