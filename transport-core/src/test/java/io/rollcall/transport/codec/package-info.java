/** Tests of the codec, with the bytes of the public Go SDK. */
@NullMarked
package io.rollcall.transport.codec;

import org.jspecify.annotations.NullMarked;
