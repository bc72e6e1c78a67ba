package io.rollcall.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the listening socket: says and counts that a connection could not be accepted, for want of
 * file descriptors most often. Netty's acceptor, which is told too, waits a second and goes on.
 */
final class AcceptErrorHandler extends ChannelInboundHandlerAdapter {

  private static final Logger log = LoggerFactory.getLogger(AcceptErrorHandler.class);

  private final TransportMetrics metrics;

  AcceptErrorHandler(TransportMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.warn("cannot accept a connection, trying again in a second: {}", cause.toString());
    metrics.error(CloseReason.NETWORK_ERROR, Operation.ACCEPT);
    ctx.fireExceptionCaught(cause);
  }
}
