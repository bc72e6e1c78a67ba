/**
 * Messages to bytes and back, exact and bounded: the frame's length prefix and the protobuf in it.
 *
 * <p>Stands between {@code netty}, which carries the bytes, and everything that handles messages.
 * JDK buffers only; pure functions on the caller's thread.
 */
@NullMarked
package io.rollcall.transport.codec;

import org.jspecify.annotations.NullMarked;
