package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import io.rollcall.sequencer.coordination.MalformedTransactionException;
import java.math.BigInteger;

/**
 * Reads Ethereum's RLP item by item and takes the one canonical encoding only: what passes here
 * encodes to the same bytes again. Never recurses and allocates no more than is there.
 */
final class RlpReader {

  private static final int SHORT_LIMIT = 55;

  private final ByteString bytes;
  private final int end;
  private int position;

  RlpReader(ByteString bytes, int from, int end) {
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
  ByteString string(String name) {
    int prefix = prefix(name);
    if (prefix >= 0xc0) {
      throw malformed(name, "is a list where a string is expected");
    }
    if (prefix < 0x80) {
      return bytes.substring(position - 1, position);
    }
    int length = length(name, prefix - 0x80);
    ByteString value = bytes.substring(position, position + length);
    if (length == 1 && value.byteAt(0) >= 0) {
      throw malformed(name, "is not canonically encoded");
    }
    position += length;
    return value;
  }

  /** The next item as a number without sign. */
  BigInteger number(String name, int maxBytes) {
    ByteString value = string(name);
    if (value.size() > maxBytes) {
      throw malformed(name, "has " + value.size() + " bytes, at most " + maxBytes + " are allowed");
    }
    if (!value.isEmpty() && value.byteAt(0) == 0) {
      throw malformed(name, "has a leading zero byte");
    }
    return new BigInteger(1, value.toByteArray());
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
    return bytes.byteAt(position++) & 0xff;
  }

  /** The length of the item whose prefix, less its kind, is this. */
  private int length(String name, int code) {
    long length = code;
    if (code > SHORT_LIMIT) {
      int width = code - SHORT_LIMIT;
      if (width > Integer.BYTES || width > end - position) {
        throw malformed(name, "is longer than the transaction");
      }
      if (bytes.byteAt(position) == 0) {
        throw malformed(name, "is not canonically encoded");
      }
      length = 0;
      for (int i = 0; i < width; i++) {
        length = length << Byte.SIZE | (bytes.byteAt(position++) & 0xff);
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
