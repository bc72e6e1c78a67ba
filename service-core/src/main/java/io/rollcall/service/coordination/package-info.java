/**
 * The single writer around a state machine: its queue, its thread, its clock, and what happens when
 * it cannot go on. Plain Java; owns the thread {@code coordinator}.
 */
@NullMarked
package io.rollcall.service.coordination;

import org.jspecify.annotations.NullMarked;
