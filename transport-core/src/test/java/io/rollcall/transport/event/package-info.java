/** Tests of {@code io.rollcall.transport.event}. */
@NullMarked
package io.rollcall.transport.event;

import org.jspecify.annotations.NullMarked;
