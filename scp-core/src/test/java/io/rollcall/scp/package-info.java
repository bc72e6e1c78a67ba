/** Tests of the state machines, alone and against each other: no socket, no clock, one thread. */
@NullMarked
package io.rollcall.scp;

import org.jspecify.annotations.NullMarked;
