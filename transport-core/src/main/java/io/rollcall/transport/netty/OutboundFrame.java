package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.rollcall.proto.v1.Message;
import org.jspecify.annotations.Nullable;

/**
 * One encoded message, prefix included, shared by all queues it stands in: they hold references,
 * the bytes exist once. Safe for any thread.
 */
final class OutboundFrame extends AbstractReferenceCounted {

  private final ByteBuf bytes;
  private final OutboundBudget budget;
  private final Message.PayloadCase type;
  private final int size;
  private @Nullable ByteBuf direct;

  /** Takes over the buffer, and gives its size back to the budget at the end. */
  OutboundFrame(ByteBuf bytes, OutboundBudget budget, Message.PayloadCase type) {
    this.bytes = bytes;
    this.budget = budget;
    this.type = type;
    this.size = bytes.readableBytes();
  }

  /** Bytes on the wire. */
  int size() {
    return size;
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
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    bytes.touch(hint);
    return this;
  }
}
