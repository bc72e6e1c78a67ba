/** Tests of the hand-over from event loops to handlers. */
@NullMarked
package io.rollcall.transport.dispatch;

import org.jspecify.annotations.NullMarked;
