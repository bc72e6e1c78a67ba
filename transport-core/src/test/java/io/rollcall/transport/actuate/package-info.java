/** Tests of {@code io.rollcall.transport.actuate}. */
@NullMarked
package io.rollcall.transport.actuate;

import org.jspecify.annotations.NullMarked;
