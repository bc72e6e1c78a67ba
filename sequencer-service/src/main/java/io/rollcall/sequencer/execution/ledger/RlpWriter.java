package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/** Writes the little RLP that a signer hashes. */
final class RlpWriter {

  /** The two empty items at the end of what EIP-155 signs. */
  static final ByteString TWO_ZEROS = ByteString.copyFrom(new byte[] {(byte) 0x80, (byte) 0x80});

  private static final int SHORT_LIMIT = 55;

  private RlpWriter() {}

  static ByteString string(ByteString value) {
    if (value.size() == 1 && value.byteAt(0) >= 0) {
      return value;
    }
    return header(0x80, value.size()).concat(value);
  }

  static ByteString list(ByteString items) {
    return header(0xc0, items.size()).concat(items);
  }

  private static ByteString header(int kind, int length) {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    if (length <= SHORT_LIMIT) {
      header.write(kind + length);
    } else {
      int width = (BigInteger.valueOf(length).bitLength() + Byte.SIZE - 1) / Byte.SIZE;
      header.write(kind + SHORT_LIMIT + width);
      for (int i = width - 1; i >= 0; i--) {
        header.write(length >>> (i * Byte.SIZE));
      }
    }
    return ByteString.copyFrom(header.toByteArray());
  }
}
