package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.rollcall.proto.v1.Message;

/**
 * One encoded message, prefix included, shared by all queues it stands in: they hold references,
 * the bytes exist once. Safe for any thread.
 */
final class OutboundFrame extends AbstractReferenceCounted {

  private final ByteBuf bytes;
  private final OutboundBudget budget;
  private final Message.PayloadCase type;
  private final int size;

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
    target.writeBytes(bytes, bytes.readerIndex(), size);
  }

  /** The bytes, for one write, which releases them. */
  ByteBuf toWrite() {
    return bytes.retainedDuplicate();
  }

  @Override
  public OutboundFrame retain() {
    super.retain();
    return this;
  }

  @Override
  protected void deallocate() {
    bytes.release();
    budget.release(size);
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    bytes.touch(hint);
    return this;
  }
}
