package io.rollcall.transport.compression;

import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.codec.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The outside of a zstd frame, by RFC 8878, section 3.1.1: enough to know how much will come out of
 * it, and that it is one frame and nothing behind it. Reads what the library would too, because
 * that takes several frames for one, and skips some.
 */
final class ZstdFrame {

  /** The part of a window that the RFC wants every decoder to have. */
  private static final long MOST_WINDOW = 8L << 20;

  private static final int MAGIC = 0xFD2FB528;
  private static final int MOST_OF_A_BLOCK = 128 << 10;
  private static final int CHECKSUM_BYTES = 4;
  private static final int BLOCK_HEADER_BYTES = 3;

  private static final int SINGLE_SEGMENT = 1 << 5;
  private static final int RESERVED = 1 << 3;
  private static final int CHECKSUM = 1 << 2;
  private static final int DICTIONARY = 3;

  private final ByteBuffer bytes;

  private ZstdFrame(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Bytes that the frame says are in it.
   *
   * @param mostTimes of its own length that this may be
   * @return from 1 to {@code maxMessageSize}, and more than the frame has
   * @throws MessageTooLargeException when it says that there are more than {@code maxMessageSize}
   * @throws MalformedMessageException when it is anything else than one such frame
   */
  static int contentSize(byte[] frame, int maxMessageSize, int mostTimes) {
    return new ZstdFrame(frame).contentSize(maxMessageSize, mostTimes);
  }

  private int contentSize(int maxMessageSize, int mostTimes) {
    int length = bytes.remaining();
    need(Integer.BYTES + 1);
    if (bytes.getInt() != MAGIC) {
      throw malformed("no zstd frame");
    }
    int descriptor = Byte.toUnsignedInt(bytes.get());
    require((descriptor & RESERVED) == 0, "a reserved bit is set");
    require((descriptor & DICTIONARY) == 0, "it wants a dictionary");
    require((descriptor & CHECKSUM) != 0, "it has no check sum");
    boolean single = (descriptor & SINGLE_SEGMENT) != 0;
    long window = single ? 0 : window();
    long size = declaredSize(descriptor >>> 6, single);
    if (size < 0 || size > maxMessageSize) {
      throw new MessageTooLargeException(size, maxMessageSize);
    }
    require(size > length, "it is not smaller than the message in it");
    require(size <= (long) mostTimes * length, "more than " + mostTimes + " times its length");
    long room = blocks((int) Math.min(MOST_OF_A_BLOCK, single ? size : window));
    require(size <= room, "it says that more is in it than there can be");
    return (int) size;
  }

  private long window() {
    need(1);
    int exponentAndMantissa = Byte.toUnsignedInt(bytes.get());
    long base = 1L << (10 + (exponentAndMantissa >>> 3));
    long window = base + (base / 8) * (exponentAndMantissa & 7);
    require(window <= MOST_WINDOW, "its window is larger than 8 MiB");
    return window;
  }

  private long declaredSize(int form, boolean single) {
    require(form > 0 || single, "it does not say how much is in it");
    need(1 << form);
    return switch (form) {
      case 0 -> Byte.toUnsignedLong(bytes.get());
      case 1 -> Short.toUnsignedLong(bytes.getShort()) + 256;
      case 2 -> Integer.toUnsignedLong(bytes.getInt());
      default -> bytes.getLong();
    };
  }

  /** Goes over the blocks; returns the most that can come out of them. */
  private long blocks(int mostOfABlock) {
    long room = 0;
    boolean last = false;
    while (!last) {
      need(BLOCK_HEADER_BYTES);
      int header = Short.toUnsignedInt(bytes.getShort()) | (Byte.toUnsignedInt(bytes.get()) << 16);
      last = (header & 1) != 0;
      int size = header >>> 3;
      require(size <= mostOfABlock, "a block of it is too large");
      switch ((header >>> 1) & 3) {
        case 0 -> room += skip(size);
        case 1 -> {
          skip(1);
          room += size;
        }
        case 2 -> {
          skip(size);
          room += mostOfABlock;
        }
        default -> throw malformed("a block of it is of no known kind");
      }
    }
    skip(CHECKSUM_BYTES);
    require(!bytes.hasRemaining(), "something follows it");
    return room;
  }

  private int skip(int count) {
    need(count);
    bytes.position(bytes.position() + count);
    return count;
  }

  private void need(int count) {
    require(bytes.remaining() >= count, "it is cut off");
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw malformed(problem);
    }
  }

  private static MalformedMessageException malformed(String problem) {
    return new MalformedMessageException("compressed message refused: " + problem);
  }
}
