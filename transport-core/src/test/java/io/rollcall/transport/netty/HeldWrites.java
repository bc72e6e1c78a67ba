package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/** A socket that takes what is written when it is told to. */
final class HeldWrites extends ChannelOutboundHandlerAdapter {

  private record Held(Object bytes, ChannelPromise written) {}

  private final Deque<Held> held = new ArrayDeque<>();

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise written) {
    held.add(new Held(message, written));
  }

  /** How many writes wait. */
  int count() {
    return held.size();
  }

  /** The size of the write that waits longest. */
  int firstSize() {
    return ((ByteBuf) held.getFirst().bytes()).readableBytes();
  }

  /** Takes what waits now, and what is written meanwhile. */
  void takeAll() {
    while (!held.isEmpty()) {
      Held next = held.removeFirst();
      ReferenceCountUtil.release(next.bytes());
      next.written().setSuccess();
    }
  }
}
