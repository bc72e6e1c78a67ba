/**
 * The two-phase commit as two pure state machines, the publisher's and the sequencer's: inputs go
 * in with the time they happened at, effects come out, and equal inputs give equal effects. No I/O,
 * no threads, no clock, no randomness. Each machine belongs to the one coordinator thread of its
 * service; everything it is given and everything it returns is immutable.
 */
@NullMarked
package io.rollcall.scp;

import org.jspecify.annotations.NullMarked;
