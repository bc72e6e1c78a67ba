/** Tests of {@code io.rollcall.transport.lifecycle}. */
@NullMarked
package io.rollcall.transport.lifecycle;

import org.jspecify.annotations.NullMarked;
