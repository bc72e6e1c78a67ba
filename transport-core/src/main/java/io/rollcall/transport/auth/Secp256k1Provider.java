package io.rollcall.transport.auth;

import java.util.Optional;

/** The two operations that are worth a native library. Both implementations agree byte for byte. */
sealed interface Secp256k1Provider permits NativeSecp256k1, PortableSecp256k1 {

  /** For logs and metrics. */
  String name();

  /** Signs a hash of 32 bytes: RFC 6979 nonce, low s, recovery id 0 or 1. */
  Signature sign(byte[] hash, KeyPair keyPair);

  /**
   * The key that signed a hash of 32 bytes; empty when r or s is out of range or r is the x of no
   * point. Accepts both halves of s.
   */
  Optional<PublicKey> recover(byte[] hash, Signature signature);
}
