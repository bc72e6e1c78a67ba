package io.rollcall.sequencer.execution.ledger;

import io.rollcall.sequencer.coordination.MalformedTransactionException;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Reads Ethereum's RLP item by item and takes the one canonical encoding only: what passes here
 * encodes to the same bytes again. Never recurses and allocates no more than is there.
 */
final class RlpReader {

  private static final int SHORT_LIMIT = 55;

  private final byte[] bytes;
  private final int end;
  private int position;

  RlpReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.position = from;
    this.end = end;
  }

  /** Where the next item begins. */
  int position() {
    return position;
  }

  boolean atEnd() {
    return position == end;
  }

  /** The next item, which has to be a list; this reader moves behind it. */
  RlpReader list(String name) {
    int prefix = prefix(name);
    if (prefix < 0xc0) {
      throw malformed(name, "is a string where a list is expected");
    }
    int length = length(name, prefix - 0xc0);
    RlpReader inside = new RlpReader(bytes, position, position + length);
    position += length;
    return inside;
  }

  /** The next item, which has to be a string. */
  byte[] string(String name) {
    int prefix = prefix(name);
    if (prefix >= 0xc0) {
      throw malformed(name, "is a list where a string is expected");
    }
    if (prefix < 0x80) {
      return new byte[] {(byte) prefix};
    }
    int length = length(name, prefix - 0x80);
    byte[] value = Arrays.copyOfRange(bytes, position, position + length);
    if (length == 1 && value[0] >= 0) {
      throw malformed(name, "is not canonically encoded");
    }
    position += length;
    return value;
  }

  /** The next item as a number without sign. */
  BigInteger number(String name, int maxBytes) {
    byte[] value = string(name);
    if (value.length > maxBytes) {
      throw malformed(name, "has " + value.length + " bytes, at most " + maxBytes + " are allowed");
    }
    if (value.length > 0 && value[0] == 0) {
      throw malformed(name, "has a leading zero byte");
    }
    return new BigInteger(1, value);
  }

  void requireEnd(String name) {
    if (!atEnd()) {
      throw malformed(name, "has " + (end - position) + " bytes too many");
    }
  }

  private int prefix(String name) {
    if (position >= end) {
      throw malformed(name, "is missing");
    }
    return bytes[position++] & 0xff;
  }

  /** The length of the item whose prefix, less its kind, is this. */
  private int length(String name, int code) {
    long length = code;
    if (code > SHORT_LIMIT) {
      int width = code - SHORT_LIMIT;
      if (width > Integer.BYTES || width > end - position) {
        throw malformed(name, "is longer than the transaction");
      }
      if (bytes[position] == 0) {
        throw malformed(name, "is not canonically encoded");
      }
      length = 0;
      for (int i = 0; i < width; i++) {
        length = length << Byte.SIZE | (bytes[position++] & 0xff);
      }
      if (length <= SHORT_LIMIT) {
        throw malformed(name, "is not canonically encoded");
      }
    }
    if (length > end - position) {
      throw malformed(name, "is longer than the transaction");
    }
    return (int) length;
  }

  private static MalformedTransactionException malformed(String name, String what) {
    return new MalformedTransactionException("not an Ethereum transaction: " + name + " " + what);
  }
}
