package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.codec.LengthPrefix;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One encoded message, prefix included, shared by all queues it stands in: they hold references,
 * the bytes exist once. For links that agreed on compression it has a smaller form, made when the
 * first of them takes it and shared in the same way. Safe for any thread.
 */
final class OutboundFrame extends AbstractReferenceCounted {

  private final ByteBuf bytes;
  private final OutboundBudget budget;
  private final Message.PayloadCase type;
  private final int size;
  private final int messageSize;
  private final Optional<FrameCompressor> compressor;
  private @Nullable ByteBuf direct;
  private @Nullable OutboundFrame smaller;

  private OutboundFrame(
      ByteBuf bytes,
      OutboundBudget budget,
      Message.PayloadCase type,
      int messageSize,
      Optional<FrameCompressor> compressor) {
    this.bytes = bytes;
    this.budget = budget;
    this.type = type;
    this.size = bytes.readableBytes();
    this.messageSize = messageSize;
    this.compressor = compressor;
  }

  /**
   * Takes over the buffer, and gives its size back to the budget at the end.
   *
   * @param compressor there if its smaller form is worth looking for
   */
  static OutboundFrame plain(
      ByteBuf bytes,
      OutboundBudget budget,
      Message.PayloadCase type,
      Optional<FrameCompressor> compressor) {
    return new OutboundFrame(
        bytes, budget, type, bytes.readableBytes() - LengthPrefix.BYTES, compressor);
  }

  /**
   * The same message compressed, or this frame when that is no smaller. Looked for once; whoever
   * asks meanwhile waits.
   *
   * @return without a reference of its own: it lives as long as this frame, unless retained
   */
  OutboundFrame compressed() {
    if (compressor.isEmpty()) {
      return this;
    }
    synchronized (bytes) {
      OutboundFrame known = smaller;
      if (known == null) {
        known = compress(compressor.get());
        smaller = known;
      }
      return known;
    }
  }

  private OutboundFrame compress(FrameCompressor by) {
    Optional<ByteBuf> result = by.compress(bytes);
    if (result.isEmpty()) {
      return this;
    }
    budget.reserve(result.get().readableBytes());
    return new OutboundFrame(result.get(), budget, type, messageSize, Optional.empty());
  }

  /** Bytes on the wire. */
  int size() {
    return size;
  }

  /** Bytes of the message, without prefix, before it was compressed. */
  int messageSize() {
    return messageSize;
  }

  /** Whether it is the smaller form. */
  boolean isCompressed() {
    return size != LengthPrefix.BYTES + messageSize;
  }

  Message.PayloadCase type() {
    return type;
  }

  /** Appends the bytes. */
  void copyTo(ByteBuf target) {
    if (bytes.hasArray()) {
      target.writeBytes(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), size);
    } else {
      target.writeBytes(bytes, bytes.readerIndex(), size);
    }
  }

  /**
   * The bytes as the socket takes them, for one write, which releases them. Those that are on the
   * heap are brought to where it takes them from once, not by each link that cannot copy.
   */
  ByteBuf toWrite() {
    if (bytes.isDirect()) {
      return bytes.retainedDuplicate();
    }
    synchronized (bytes) {
      if (direct == null) {
        direct = Unpooled.directBuffer(size, size).writeBytes(bytes, bytes.readerIndex(), size);
      }
      return direct.retainedDuplicate();
    }
  }

  @Override
  public OutboundFrame retain() {
    super.retain();
    return this;
  }

  @Override
  protected void deallocate() {
    bytes.release();
    ByteBuf copy = direct;
    if (copy != null) {
      copy.release();
    }
    budget.release(size);
    OutboundFrame other = smaller;
    if (other != null && other.isCompressed()) {
      other.release();
    }
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    bytes.touch(hint);
    return this;
  }
}
