package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;

/**
 * A recoverable secp256k1 signature as rollup.v1 carries it: r and s, 32 bytes each, big-endian,
 * then the recovery id. Whether r and s are in range, and s in either half, shows when a key is
 * recovered from it; what {@link AuthManager#sign} makes has s in the lower half and a recovery id
 * of 0 or 1.
 *
 * @param bytes 65 bytes
 */
public record Signature(ByteString bytes) {

  /** Length of every signature. */
  public static final int BYTES = 65;

  private static final int SCALAR_BYTES = 32;

  /**
   * Takes a signature as it came.
   *
   * @throws IllegalArgumentException when it has not 65 bytes or its recovery id is not 0 to 3 (27
   *     and 28, as Ethereum transactions have them, are not accepted on this wire)
   */
  public Signature {
    if (bytes.size() != BYTES) {
      throw new IllegalArgumentException(
          "signature has " + bytes.size() + " bytes, expected " + BYTES);
    }
    int v = bytes.byteAt(BYTES - 1) & 0xff;
    if (v > 3) {
      throw new IllegalArgumentException("signature has recovery id " + v + ", expected 0 to 3");
    }
  }

  static Signature of(byte[] rAndS, int recoveryId) {
    return new Signature(
        ByteString.copyFrom(rAndS).concat(ByteString.copyFrom(new byte[] {(byte) recoveryId})));
  }

  byte[] r() {
    return bytes.substring(0, SCALAR_BYTES).toByteArray();
  }

  byte[] s() {
    return bytes.substring(SCALAR_BYTES, BYTES - 1).toByteArray();
  }

  byte[] rAndS() {
    return bytes.substring(0, BYTES - 1).toByteArray();
  }

  int recoveryId() {
    return bytes.byteAt(BYTES - 1);
  }
}
