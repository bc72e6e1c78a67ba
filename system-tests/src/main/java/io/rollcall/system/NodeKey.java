package io.rollcall.system;

import io.rollcall.transport.auth.KeyPairs;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A service's key in the forms that an operator has: the secret for its file, the public key for
 * the configuration of others.
 *
 * @param secret 64 hex digits
 * @param publicKey 66 hex digits
 */
record NodeKey(String secret, String publicKey) {

  private static final SecureRandom RANDOM = new SecureRandom();

  /** A new one. */
  static NodeKey generate() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    // Keeps the number below the order of the curve, whatever the rest is.
    bytes[0] &= 0x7f;
    String secret = HexFormat.of().formatHex(bytes);
    return new NodeKey(secret, KeyPairs.fromHex(secret).publicKey().hex());
  }

  /** The public key alone. */
  @Override
  public String toString() {
    return publicKey;
  }
}
