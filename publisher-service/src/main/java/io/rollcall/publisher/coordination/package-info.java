/**
 * The single writer around the two-phase commit, the ports it needs and the read model it feeds;
 * owns the thread {@code coordinator}.
 */
@NullMarked
package io.rollcall.publisher.coordination;

import org.jspecify.annotations.NullMarked;
