package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * The nonce of a client that offers handshake v2: 24 random bytes and a marker of 8. A v1 signature
 * covers the nonce, so whoever takes the offer out of a hello on its way cannot take out the marker
 * too, and a server that knows v2 sees what was done. To servers of the SDK it is a nonce like any
 * other.
 */
final class V2Nonce {

  private static final int RANDOM_BYTES = 24;

  private static final ByteString MARKER =
      ByteString.copyFrom("rollcall", StandardCharsets.US_ASCII);

  private V2Nonce() {}

  /** A new one. */
  static ByteString next(RandomGenerator random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes).concat(MARKER);
  }

  /** Whether whoever made this nonce offered v2. */
  static boolean offersV2(ByteString nonce) {
    return nonce.size() == RANDOM_BYTES + MARKER.size() && nonce.endsWith(MARKER);
  }
}
