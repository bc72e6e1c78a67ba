/** Tests of the values on the wire, with the bytes of the public Go SDK; single-threaded. */
@NullMarked
package io.rollcall.proto;

import org.jspecify.annotations.NullMarked;
