package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.rollcall.transport.codec.LengthPrefix;
import io.rollcall.transport.compression.ZstdCodec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Encoded messages to smaller frames, for links that agreed on that. Works on the sender's thread,
 * so event loops only write. Safe for any thread.
 */
final class FrameCompressor {

  private final ZstdCodec zstd;
  private final int threshold;
  private final ByteBufAllocator allocator;

  /**
   * Compresses for one server or client.
   *
   * @param threshold bytes of the smallest message that is tried
   */
  FrameCompressor(ZstdCodec zstd, int threshold, ByteBufAllocator allocator) {
    this.zstd = zstd;
    this.threshold = threshold;
    this.allocator = allocator;
  }

  /** Whether a message of this size is tried at all. */
  boolean tries(int messageSize) {
    return messageSize >= threshold;
  }

  /**
   * Compresses a message.
   *
   * @param plain its frame, prefix included; not changed
   * @return another frame, the caller's; empty when it is better sent as it is
   */
  Optional<ByteBuf> compress(ByteBuf plain) {
    int size = plain.readableBytes() - LengthPrefix.BYTES;
    int most = zstd.mostCompressed(size);
    ByteBuffer source = plain.nioBuffer(plain.readerIndex() + LengthPrefix.BYTES, size);
    if (plain.hasArray()) {
      byte[] compressed = new byte[most];
      int length = zstd.compress(source, ByteBuffer.wrap(compressed));
      return zstd.pays(size, length)
          ? Optional.of(frame(Unpooled.wrappedBuffer(compressed, 0, length)))
          : Optional.empty();
    }
    ByteBuf compressed = allocator.directBuffer(most, most);
    try {
      int length = zstd.compress(source, compressed.nioBuffer(0, most));
      return zstd.pays(size, length)
          ? Optional.of(frame(compressed.writerIndex(length)))
          : Optional.empty();
    } finally {
      compressed.release();
    }
  }

  /** With exactly as much memory as it counts for. */
  private ByteBuf frame(ByteBuf compressed) {
    int length = compressed.readableBytes();
    int total = LengthPrefix.BYTES + length;
    ByteBuf frame =
        total <= Link.SMALL_FRAME
            ? Unpooled.buffer(total, total)
            : allocator.directBuffer(total, total);
    return frame.writeInt(LengthPrefix.compressed(length)).writeBytes(compressed);
  }
}
