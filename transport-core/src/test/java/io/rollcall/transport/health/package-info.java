/** Tests of {@code io.rollcall.transport.health}. */
@NullMarked
package io.rollcall.transport.health;

import org.jspecify.annotations.NullMarked;
