package io.rollcall.transport.auth;

import java.math.BigInteger;
import java.util.HexFormat;
import org.web3j.crypto.Sign;

/**
 * A private key and its public key; {@link KeyPairs} makes them. The private part never leaves this
 * package, and is in no message and in no {@link #toString()}: {@link Signer#of} signs with it.
 * Immutable.
 */
public final class KeyPair {

  static final int SECRET_BYTES = 32;

  private final byte[] secret;
  private final PublicKey publicKey;

  /** For a scalar that was checked: 32 bytes, at least 1, below the order of the curve. */
  KeyPair(byte[] secret) {
    this.secret = secret.clone();
    this.publicKey = PublicKey.ofPoint(Sign.publicPointFromPrivate(new BigInteger(1, secret)));
  }

  /** The public half. */
  public PublicKey publicKey() {
    return publicKey;
  }

  byte[] secret() {
    return secret.clone();
  }

  String secretHex() {
    return HexFormat.of().formatHex(secret);
  }

  /** The public key alone. */
  @Override
  public String toString() {
    return "key pair of " + publicKey.hex();
  }
}
