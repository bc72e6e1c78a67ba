package io.rollcall.transport.codec;

import io.rollcall.transport.MessageTooLargeException;

/**
 * The prefix of every frame of rollup.v1: the number of protobuf bytes that follow, 4 bytes,
 * big-endian, unsigned; the prefix itself is not counted. The one place that knows.
 */
public final class LengthPrefix {

  /** Bytes of the prefix. */
  public static final int BYTES = 4;

  private LengthPrefix() {}

  /**
   * Checks a prefix that came, before anything is kept of what follows.
   *
   * @param prefix its four bytes as a big-endian int
   * @param maxMessageSize most bytes a message may have here
   * @return the length, from 1 to {@code maxMessageSize}
   * @throws MessageTooLargeException when it is longer, also beyond 2 GiB
   * @throws MalformedMessageException when it is 0: {@code empty message}
   */
  public static int length(int prefix, int maxMessageSize) {
    long length = Integer.toUnsignedLong(prefix);
    if (length > maxMessageSize) {
      throw new MessageTooLargeException(length, maxMessageSize);
    }
    if (length == 0) {
      throw new MalformedMessageException("empty message");
    }
    return (int) length;
  }
}
