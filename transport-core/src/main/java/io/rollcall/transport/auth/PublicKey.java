package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.HexFormat;
import org.bouncycastle.math.ec.ECPoint;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * A secp256k1 public key: always a point on the curve, always kept as its 33 compressed bytes, so
 * two keys are equal exactly when they are the same point. Immutable.
 */
public final class PublicKey {

  /** Bytes of the compressed form: 02 or 03, then x. */
  public static final int COMPRESSED_BYTES = 33;

  /** Bytes of the uncompressed form: 04, then x and y. */
  public static final int UNCOMPRESSED_BYTES = 65;

  private static final byte UNCOMPRESSED_PREFIX = 4;

  private final ByteString compressed;

  private PublicKey(ByteString compressed) {
    this.compressed = compressed;
  }

  /**
   * Reads a key in either form and compresses it.
   *
   * @throws IllegalArgumentException when it has not 33 or 65 bytes or is no point of the curve
   */
  public static PublicKey of(ByteString encoded) {
    checkForm(encoded);
    return ofPoint(decode(encoded));
  }

  /**
   * The 33 compressed bytes of a key in either form, without arithmetic: whether they are a point
   * of the curve, and whether y fits x, is not looked at. So this costs nothing worth mentioning,
   * and proves nothing: a signature that leads back to these very bytes proves all of it.
   *
   * @throws IllegalArgumentException when it has not 33 or 65 bytes or another first byte
   */
  public static ByteString compress(ByteString encoded) {
    checkForm(encoded);
    if (encoded.size() == COMPRESSED_BYTES) {
      return encoded;
    }
    byte[] compressed = encoded.substring(0, COMPRESSED_BYTES).toByteArray();
    boolean yIsOdd = (encoded.byteAt(UNCOMPRESSED_BYTES - 1) & 1) == 1;
    compressed[0] = (byte) (yIsOdd ? 3 : 2);
    return ByteString.copyFrom(compressed);
  }

  private static void checkForm(ByteString encoded) {
    int size = encoded.size();
    if (size != COMPRESSED_BYTES && size != UNCOMPRESSED_BYTES) {
      throw new IllegalArgumentException(
          "public key has " + size + " bytes, expected 33 (compressed) or 65 (uncompressed)");
    }
    // The decoder also takes the hybrid prefixes 06 and 07, which rollup.v1 does not know.
    boolean prefixFits =
        size == UNCOMPRESSED_BYTES
            ? encoded.byteAt(0) == UNCOMPRESSED_PREFIX
            : encoded.byteAt(0) == 2 || encoded.byteAt(0) == 3;
    if (!prefixFits) {
      throw new IllegalArgumentException(
          "public key of %d bytes starts with %02x, expected %s"
              .formatted(size, encoded.byteAt(0), size == UNCOMPRESSED_BYTES ? "04" : "02 or 03"));
    }
  }

  /**
   * Reads 66 hex digits (compressed) or 130 (uncompressed), without {@code 0x}, as in the
   * configuration of the SDK.
   *
   * @throws IllegalArgumentException when the text is anything else or no point of the curve
   */
  public static PublicKey parse(String hex) {
    String expected = ", expected 66 (compressed) or 130 (uncompressed)";
    if (hex.startsWith("0x") || hex.startsWith("0X")) {
      throw new IllegalArgumentException("public key '" + hex + "' starts with 0x" + expected);
    }
    if (!hex.chars().allMatch(HexFormat::isHexDigit)) {
      throw new IllegalArgumentException(
          "public key '" + hex + "' has characters that are no hex digits" + expected);
    }
    if (hex.length() != 2 * COMPRESSED_BYTES && hex.length() != 2 * UNCOMPRESSED_BYTES) {
      throw new IllegalArgumentException(
          "public key '" + hex + "' has " + hex.length() + " hex digits" + expected);
    }
    return of(ByteString.copyFrom(HexFormat.of().parseHex(hex)));
  }

  /** A point that a calculation on the curve yielded: nothing to check. */
  static PublicKey ofPoint(ECPoint point) {
    return ofValidBytes(point.getEncoded(true));
  }

  /** Compressed bytes of a point that was checked already. */
  static PublicKey ofValidBytes(byte[] compressed) {
    return new PublicKey(ByteString.copyFrom(compressed));
  }

  /** The 33 compressed bytes, as they stand in a HandshakeRequest. */
  public ByteString bytes() {
    return compressed;
  }

  /** 66 lower-case hex digits. */
  public String hex() {
    return HexFormat.of().formatHex(compressed.toByteArray());
  }

  /**
   * The Ethereum address: the last 20 bytes of Keccak-256 over x and y, as 0x and 40 hex digits in
   * the mixed case of EIP-55.
   */
  public String address() {
    byte[] uncompressed = decode(compressed).getEncoded(false);
    BigInteger xAndY = new BigInteger(1, uncompressed, 1, UNCOMPRESSED_BYTES - 1);
    return Keys.toChecksumAddress(Numeric.prependHexPrefix(Keys.getAddress(xAndY)));
  }

  private static ECPoint decode(ByteString encoded) {
    try {
      return Sign.CURVE_PARAMS.getCurve().decodePoint(encoded.toByteArray());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("public key is no point of secp256k1", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && compressed.equals(that.compressed);
  }

  @Override
  public int hashCode() {
    return compressed.hashCode();
  }

  /** Same as {@link #hex()}. */
  @Override
  public String toString() {
    return hex();
  }
}
