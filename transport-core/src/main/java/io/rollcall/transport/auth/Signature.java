package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.util.Arrays;
import org.bouncycastle.util.BigIntegers;
import org.web3j.crypto.Sign;

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

  private static final int HASH_BYTES = 32;

  /** A sequence of two integers of 33 bytes, one of them the sign. */
  private static final int MOST_DER_BYTES = 72;

  private static final BigInteger ORDER = Sign.CURVE_PARAMS.getN();

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

  /**
   * For a {@link Signer} whose key lives elsewhere and answers with r and s in 64 bytes, as PKCS#11
   * has it: s is brought into the lower half, and the recovery id is the one that leads to the key.
   *
   * @param hash the 32 bytes that were signed
   * @param rAndS r, then s, 32 bytes each, big-endian; s in either half
   * @param publicKey of the key that should have signed
   * @throws IllegalArgumentException when a length or a range is wrong, or another key signed
   */
  public static Signature ofRAndS(byte[] hash, byte[] rAndS, PublicKey publicKey) {
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException(
          "hash has " + hash.length + " bytes, expected " + HASH_BYTES);
    }
    if (rAndS.length != 2 * SCALAR_BYTES) {
      throw new IllegalArgumentException(
          "signature has "
              + rAndS.length
              + " bytes, expected "
              + 2 * SCALAR_BYTES
              + ": r and s, without a recovery id");
    }
    checkScalar("r", new BigInteger(1, rAndS, 0, SCALAR_BYTES));
    checkScalar("s", new BigInteger(1, rAndS, SCALAR_BYTES, SCALAR_BYTES));
    return leadingTo(publicKey, hash, rAndS, Secp256k1Provider.fastest())
        .orElseThrow(() ->
            new IllegalArgumentException(
                "signature leads to another key than "
                    + publicKey
                    + ": another key signed, or"
                    + " something else than this hash"))
        .withLowS();
  }

  /**
   * The same for an answer in ASN.1 DER, as most key management services have it: a sequence of the
   * integers r and s.
   *
   * @param hash the 32 bytes that were signed
   * @param der at most 72 bytes
   * @param publicKey of the key that should have signed
   * @throws IllegalArgumentException when it is anything else, or another key signed
   */
  public static Signature ofDer(byte[] hash, byte[] der, PublicKey publicKey) {
    return ofRAndS(hash, parseDer(der), publicKey);
  }

  private static byte[] parseDer(byte[] der) {
    if (der.length > MOST_DER_BYTES) {
      throw new IllegalArgumentException(
          "signature has " + der.length + " bytes, expected at most " + MOST_DER_BYTES + " of DER");
    }
    try {
      // Strict: it encodes what it read, and compares.
      BigInteger[] scalars = StandardDSAEncoding.INSTANCE.decode(ORDER, der);
      return Arrays.concatenate(
          BigIntegers.asUnsignedByteArray(SCALAR_BYTES, scalars[0]),
          BigIntegers.asUnsignedByteArray(SCALAR_BYTES, scalars[1]));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "signature of "
              + der.length
              + " bytes is no DER sequence of two numbers below the order of secp256k1",
          e);
    }
  }

  private static void checkScalar(String name, BigInteger scalar) {
    if (scalar.signum() == 0 || scalar.compareTo(ORDER) >= 0) {
      throw new IllegalArgumentException(
          name
              + " of the signature is out of range, expected at least 1 and less than the order of"
              + " secp256k1");
    }
  }

  /**
   * These r and s with the recovery id that leads to this key; empty when there is none. Ids 2 and
   * 3 are not looked at: they need an r that nobody finds.
   */
  static Optional<Signature> leadingTo(
      PublicKey publicKey, byte[] hash, byte[] rAndS, Secp256k1Provider secp256k1) {
    for (int recoveryId = 0; recoveryId < 2; recoveryId++) {
      Signature candidate = of(rAndS, recoveryId);
      if (secp256k1.recover(hash, candidate).filter(publicKey::equals).isPresent()) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  static Signature of(byte[] rAndS, int recoveryId) {
    return new Signature(
        ByteString.copyFrom(rAndS).concat(ByteString.copyFrom(new byte[] {(byte) recoveryId})));
  }

  /** Whether it has the one form that signers here give it: s in the lower half, v 0 or 1. */
  public boolean isCanonical() {
    return recoveryId() <= 1 && withLowS().equals(this);
  }

  /** The signature with s in the lower half: the other s belongs to the other y. */
  Signature withLowS() {
    BigInteger s = new BigInteger(1, s());
    BigInteger other = ORDER.subtract(s);
    if (other.signum() < 0 || s.compareTo(other) <= 0) {
      return this;
    }
    return of(
        Arrays.concatenate(r(), BigIntegers.asUnsignedByteArray(SCALAR_BYTES, other)),
        recoveryId() ^ 1);
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
