package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * What a HandshakeRequest of rollup.v1 signs: its timestamp as 8 bytes, big-endian, then its nonce.
 * Not the client id, not the key, not the server.
 */
final class SignedHello {

  private SignedHello() {}

  static byte[] bytes(long timestamp, ByteString nonce) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + nonce.size()).putLong(timestamp);
    nonce.copyTo(bytes);
    return bytes.array();
  }

  /** Unix time in nanoseconds, as the wire has it; a signed 64-bit number holds it until 2262. */
  static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }

  /** The time of a timestamp, whatever it is. */
  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
