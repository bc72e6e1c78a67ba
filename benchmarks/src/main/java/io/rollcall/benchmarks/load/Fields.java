package io.rollcall.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Goes through the fields of one protobuf message where it lies. Knows the two wire types that
 * {@code rollup.v1} has; trusts the server that it measures. Used again and again; one thread.
 */
final class Fields {

  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
  private int at;
  private int end;
  private int number;
  private long value;
  private int start;
  private int length;

  /** Begins with the first field. */
  Fields of(ByteBuf buffer, int from, int size) {
    bytes = buffer;
    at = from;
    end = from + size;
    return this;
  }

  /** Goes to the next field; false behind the last. */
  boolean next() {
    if (at >= end) {
      return false;
    }
    long tag = varint();
    number = (int) (tag >>> 3);
    switch ((int) tag & 7) {
      case 0 -> {
        value = varint();
        length = 0;
      }
      case 2 -> {
        length = (int) varint();
        start = at;
        at += length;
      }
      default -> throw new IllegalStateException("a field of wire type " + (tag & 7));
    }
    return true;
  }

  /** Goes to the next field of this number; false when there is none. */
  boolean find(int wanted) {
    while (next()) {
      if (number == wanted) {
        return true;
      }
    }
    return false;
  }

  int number() {
    return number;
  }

  /** Of a number. */
  long value() {
    return value;
  }

  /** Where its bytes begin. */
  int start() {
    return start;
  }

  /** How many bytes it has. */
  int length() {
    return length;
  }

  private long varint() {
    long result = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.getByte(at++);
      result |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return result;
      }
    }
  }
}
