package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.Locale;

/**
 * An Ethereum account's address.
 *
 * @param bytes 20 bytes
 */
public record Address(ByteString bytes) {

  /** Length of every address. */
  public static final int BYTES = 20;

  /**
   * Takes the bytes as they are.
   *
   * @throws IllegalArgumentException when there are not 20
   */
  public Address {
    if (bytes.size() != BYTES) {
      throw new IllegalArgumentException(
          "address has " + bytes.size() + " bytes, expected " + BYTES);
    }
  }

  /**
   * Reads {@code 0x} and 40 hex digits, in any case: a checksum in the case of the letters is not
   * judged.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static Address parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (!lower.matches("0x[0-9a-f]{40}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address; expected 0x and 40 hex digits");
    }
    return new Address(ByteString.copyFrom(HexFormat.of().parseHex(lower, 2, lower.length())));
  }

  /** {@code 0x} and 40 lower-case hex digits. */
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(bytes.toByteArray());
  }
}
