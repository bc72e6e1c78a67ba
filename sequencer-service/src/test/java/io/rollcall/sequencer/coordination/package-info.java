/** Tests of the single writer and what it feeds; no Spring, no sockets. */
@NullMarked
package io.rollcall.sequencer.coordination;

import org.jspecify.annotations.NullMarked;
