package io.rollcall.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.dispatch.Inbox;
import org.jspecify.annotations.Nullable;

/**
 * Hands messages over to their handler's queue, those of one read together, and stops reading while
 * that is full. The one message that found no room waits here.
 */
final class DispatchHandler extends ChannelInboundHandlerAdapter {

  private final Link link;
  private final Inbox inbox;
  private @Nullable InboundMessage waiting;
  private boolean takesAll;

  DispatchHandler(Link link, Inbox inbox) {
    this.link = link;
    this.inbox = inbox;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    InboundMessage inbound = (InboundMessage) message;
    if (takesAll) {
      inbox.offerLast(inbound);
    } else if (!inbox.offer(inbound)) {
      waiting = inbound;
      link.pause(Link.Pause.DISPATCH);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    inbox.handOver();
    ctx.fireChannelReadComplete();
  }

  /** The queue has room again. Event loop. */
  void room() {
    InboundMessage inbound = waiting;
    if (inbound == null || link.ended() || inbox.offer(inbound)) {
      waiting = null;
      inbox.handOver();
      link.resume(Link.Pause.DISPATCH);
    }
  }

  /**
   * Before this side ends the connection: what was read from the socket is queued, whether or not
   * there is room. Event loop.
   */
  void takeAll() {
    takesAll = true;
    InboundMessage inbound = waiting;
    if (inbound != null) {
      waiting = null;
      inbox.offerLast(inbound);
    }
    link.decodeAll();
  }
}
