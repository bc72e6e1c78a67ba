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
 * logged by the link, at DEBUG and once, because the first one ends it; ours at ERROR with its
 * stack.
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
      case TransportException refused ->
          link.fail(refused.reason(), String.valueOf(refused.getMessage()), Operation.READ);
      case IOException broken -> link.broken(broken, Operation.READ);
      default -> {
        log.error("{} ends by a fault of this program", link.id(), cause);
        link.fail(CloseReason.INTERNAL_ERROR, "internal error", Operation.READ);
      }
    }
  }
}
