package io.rollcall.transport.auth;

import java.util.Optional;

/** The two operations that are worth a native library. Both implementations agree byte for byte. */
sealed interface Secp256k1Provider permits NativeSecp256k1, PortableSecp256k1 {

  /** The native library where it loads, else Java; looked for once. */
  static Secp256k1Provider fastest() {
    return Fastest.FOUND;
  }

  /** For logs and metrics. */
  String name();

  /**
   * Signs a hash of 32 bytes: RFC 6979 nonce, low s, recovery id 0 or 1.
   *
   * @param secret 32 bytes, the private half of this public key
   */
  Signature sign(byte[] hash, byte[] secret, PublicKey publicKey);

  /**
   * The key that signed a hash of 32 bytes; empty when r or s is out of range or r is the x of no
   * point. Accepts both halves of s.
   */
  Optional<PublicKey> recover(byte[] hash, Signature signature);

  /** Loads the library when it is first asked for. */
  final class Fastest {

    private static final Secp256k1Provider FOUND =
        NativeSecp256k1.load().orElseGet(PortableSecp256k1::new);

    private Fastest() {}
  }
}
