package io.rollcall.transport.codec;

import io.rollcall.transport.MessageTooLargeException;

/**
 * The prefix of every frame of rollup.v1: the number of protobuf bytes that follow, 4 bytes,
 * big-endian, unsigned; the prefix itself is not counted. Between peers that agreed on a
 * compression the highest bit, which no length needs, says that the bytes are a compressed message.
 * The one place that knows.
 */
public final class LengthPrefix {

  /** Bytes of the prefix. */
  public static final int BYTES = 4;

  private static final int COMPRESSED = 1 << 31;

  private LengthPrefix() {}

  /** Whether a compressed message follows; only where that was agreed. */
  public static boolean isCompressed(int prefix) {
    return (prefix & COMPRESSED) != 0;
  }

  /** A prefix without what {@link #isCompressed} says of it. */
  public static int plain(int prefix) {
    return prefix & ~COMPRESSED;
  }

  /** The prefix of so many bytes of a compressed message. */
  public static int compressed(int length) {
    return length | COMPRESSED;
  }

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
