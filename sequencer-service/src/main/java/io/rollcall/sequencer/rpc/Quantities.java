package io.rollcall.sequencer.rpc;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.HexFormat;

/** Ethereum's two ways of writing hex. */
final class Quantities {

  private Quantities() {}

  /** A number: no leading zeros, zero is {@code 0x0}. */
  static String quantity(long number) {
    return "0x" + Long.toUnsignedString(number, 16);
  }

  /** A number: no leading zeros, zero is {@code 0x0}. */
  static String quantity(BigInteger number) {
    return "0x" + number.toString(16);
  }

  /** Bytes: two digits each. */
  static String data(ByteString bytes) {
    return "0x" + HexFormat.of().formatHex(bytes.toByteArray());
  }
}
