/** Tests of {@code io.rollcall.transport.autoconfigure}. */
@NullMarked
package io.rollcall.transport.autoconfigure;

import org.jspecify.annotations.NullMarked;
