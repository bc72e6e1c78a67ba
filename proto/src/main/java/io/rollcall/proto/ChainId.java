package io.rollcall.proto;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The number of a rollup, as the wire carries it: minimal big-endian, so one chain has one form.
 *
 * <p>Limits: 1 to 32 bytes (Ethereum's 256-bit numbers), no leading zero byte, hence never 0. Text
 * for people is decimal ({@link #toString()}); SDK-compatible labels use {@link #hex()}.
 *
 * @param bytes the number, big-endian, without leading zeros
 */
public record ChainId(ByteString bytes) implements Comparable<ChainId> {

  /** The most bytes a chain id may have. */
  public static final int MAX_BYTES = 32;

  /**
   * Takes the bytes as they are.
   *
   * @throws IllegalArgumentException when they are empty, too long or start with a zero byte
   */
  public ChainId {
    if (bytes.isEmpty()) {
      throw new IllegalArgumentException("chain id is empty");
    }
    if (bytes.size() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "chain id has " + bytes.size() + " bytes, at most " + MAX_BYTES + " are allowed");
    }
    if (bytes.byteAt(0) == 0) {
      throw new IllegalArgumentException("chain id has a leading zero byte");
    }
  }

  /** The chain with this number, which must be positive. */
  public static ChainId of(long number) {
    return of(BigInteger.valueOf(number));
  }

  /** The chain with this number, which must be positive and below 2^256. */
  public static ChainId of(BigInteger number) {
    if (number.signum() <= 0) {
      throw new IllegalArgumentException("chain id " + number + " is not a positive number");
    }
    return normalized(ByteString.copyFrom(number.toByteArray()));
  }

  /** Drops leading zeros, for ids that come in votes: some peers write chain 1 as {@code 0001}. */
  public static ChainId normalized(ByteString bytes) {
    int zeros = 0;
    while (zeros < bytes.size() && bytes.byteAt(zeros) == 0) {
      zeros++;
    }
    return new ChainId(bytes.substring(zeros));
  }

  /**
   * Reads what people write: {@code 55555} or {@code 0xd903}.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static ChainId parse(String text) {
    String trimmed = text.strip().toLowerCase(Locale.ROOT);
    boolean hex = trimmed.startsWith("0x");
    String digits = hex ? trimmed.substring(2) : trimmed;
    if (!digits.matches(hex ? "[0-9a-f]{1,64}" : "[0-9]{1,78}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no chain id; expected a decimal number or 0x and hex digits");
    }
    return of(new BigInteger(digits, hex ? 16 : 10));
  }

  /** The number itself. */
  public BigInteger number() {
    return new BigInteger(1, bytes.toByteArray());
  }

  /** Lower-case hex of the bytes, the key that the SDK's metrics and statistics use. */
  public String hex() {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** By number. */
  @Override
  public int compareTo(ChainId other) {
    int bySize = Integer.compare(bytes.size(), other.bytes.size());
    return bySize != 0
        ? bySize
        : ByteString.unsignedLexicographicalComparator().compare(bytes, other.bytes);
  }

  /** The number in decimal. */
  @Override
  public String toString() {
    return number().toString();
  }
}
