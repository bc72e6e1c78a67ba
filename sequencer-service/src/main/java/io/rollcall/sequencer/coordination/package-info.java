/**
 * The single writer around the sequencer's half of the two-phase commit, the ports it needs and the
 * read model it feeds; owns the thread {@code coordinator}.
 */
@NullMarked
package io.rollcall.sequencer.coordination;

import org.jspecify.annotations.NullMarked;
