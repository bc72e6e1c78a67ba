package io.rollcall.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a pipeline's errors end, and the link with them: last handler of all. A peer's fault is
 * logged at DEBUG, once, because the first one ends the link; ours at ERROR with its stack.
 */
final class ErrorHandler extends ChannelInboundHandlerAdapter {

  private static final Logger log = LoggerFactory.getLogger(ErrorHandler.class);

  private final Link link;

  ErrorHandler(Link link) {
    this.link = link;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(link, cause);
  }

  /** Ends the link with the reason that fits. */
  static void end(Link link, Throwable cause) {
    if (link.ended()) {
      return;
    }
    switch (cause) {
      case TransportException refused -> {
        String details = String.valueOf(refused.getMessage());
        log.debug("{} {} sent what ends it: {}", link.id(), link.remote(), details);
        link.context().metrics().error(refused.reason(), Operation.READ);
        link.close(refused.reason(), details);
      }
      case IOException broken -> {
        log.debug("{} {} broke: {}", link.id(), link.remote(), broken.getMessage());
        link.context().metrics().error(CloseReason.NETWORK_ERROR, Operation.READ);
        link.broken(broken);
      }
      default -> {
        log.error("{} ends by a fault of this program", link.id(), cause);
        link.context().metrics().error(CloseReason.INTERNAL_ERROR, Operation.READ);
        link.close(CloseReason.INTERNAL_ERROR, "internal error");
      }
    }
  }
}
