package io.rollcall.benchmarks.load;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;

/** Messages as they go over the wire. */
final class Frames {

  /** Of the length before each message. */
  static final int PREFIX = 4;

  private Frames() {}

  /** The length, then the message. */
  static byte[] of(MessageLite message) {
    byte[] bytes = message.toByteArray();
    return ByteBuffer.allocate(PREFIX + bytes.length).putInt(bytes.length).put(bytes).array();
  }
}
