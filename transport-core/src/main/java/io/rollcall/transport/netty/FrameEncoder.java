package io.rollcall.transport.netty;

import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.codec.Codec;
import io.rollcall.transport.codec.LengthPrefix;
import io.rollcall.transport.compression.ZstdCodec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Messages to frames: exact, in one buffer, checked before anything is allocated. Works on the
 * caller's thread, so event loops only write. Safe for any thread.
 */
final class FrameEncoder {

  private final Codec codec;
  private final ByteBufAllocator allocator;
  private final OutboundBudget budget;
  private final Optional<FrameCompressor> compressor;

  private FrameEncoder(
      Codec codec,
      ByteBufAllocator allocator,
      OutboundBudget budget,
      Optional<FrameCompressor> compressor) {
    this.codec = codec;
    this.allocator = allocator;
    this.budget = budget;
    this.compressor = compressor;
  }

  /**
   * Encodes for one server or client.
   *
   * @param zstd there if links may agree to have large messages compressed
   * @param threshold bytes of the smallest message that is compressed then
   */
  static FrameEncoder of(
      Codec codec, OutboundBudget budget, Optional<ZstdCodec> zstd, int threshold) {
    ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    return new FrameEncoder(
        codec, allocator, budget, zstd.map(it -> new FrameCompressor(it, threshold, allocator)));
  }

  /** What all frames that were encoded here and still live hold. */
  OutboundBudget budget() {
    return budget;
  }

  /**
   * Encodes the envelope.
   *
   * @return with one reference, the caller's
   * @throws io.rollcall.transport.TransportException when it is too large or empty
   */
  OutboundFrame encode(Message message) {
    return encode(message, message.getPayloadCase());
  }

  /** Encodes a bare hello. */
  OutboundFrame encode(HandshakeRequest request) {
    return encode(request, Message.PayloadCase.HANDSHAKE_REQUEST);
  }

  /** Encodes a bare answer to a hello. */
  OutboundFrame encode(HandshakeResponse response) {
    return encode(response, Message.PayloadCase.HANDSHAKE_RESPONSE);
  }

  private OutboundFrame encode(MessageLite message, Message.PayloadCase type) {
    int size = codec.size(message);
    int total = LengthPrefix.BYTES + size;
    if (total <= Link.SMALL_FRAME) {
      // It will be copied, so its memory need not be the socket's kind, which costs more.
      byte[] bytes = new byte[total];
      ByteBuffer target = ByteBuffer.wrap(bytes).putInt(size);
      codec.encode(message, target);
      budget.reserve(total);
      return frame(Unpooled.wrappedBuffer(bytes), type, size);
    }
    ByteBuf bytes = allocator.directBuffer(total, total);
    try {
      bytes.writeInt(size);
      codec.encode(message, bytes.nioBuffer(LengthPrefix.BYTES, size));
      bytes.writerIndex(total);
    } catch (RuntimeException fault) {
      bytes.release();
      throw fault;
    }
    budget.reserve(total);
    return frame(bytes, type, size);
  }

  private OutboundFrame frame(ByteBuf bytes, Message.PayloadCase type, int size) {
    return OutboundFrame.plain(bytes, budget, type, compressor.filter(it -> it.tries(size)));
  }
}
