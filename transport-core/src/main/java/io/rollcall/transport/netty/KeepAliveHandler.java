package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.KeepAlive;
import io.rollcall.transport.session.PeerText;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that the transport itself understands: ping, pong, disconnect. Does what {@link
 * KeepAlive} decides, from the connection's admission to its end.
 */
final class KeepAliveHandler extends ChannelInboundHandlerAdapter {

  static final long SILENCE_SECONDS = KeepAlive.SILENCE_LIMIT.toSeconds();

  private static final Logger log = LoggerFactory.getLogger(KeepAliveHandler.class);

  /** Answers that may wait for the socket; with more of them the peer is not read. */
  private static final int MOST_PONGS_OWED = 64;

  private final Link link;
  private final PingFrames pings;
  private int pongsOwed;
  private Runnable cancelDecision = () -> {};

  KeepAliveHandler(Link link) {
    this.link = link;
    this.pings = new PingFrames(link.context().senders().pong());
    link.onAnswersWritten(this::pongsWritten);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    scheduleDecision();
  }

  /** Connections that are gone leave no timer behind, however fast others come. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancelDecision.run();
  }

  private void scheduleDecision() {
    cancelDecision =
        link.schedule(this::decide, link.keepAlive().nanosToNextDecision(link.nanoTime()));
  }

  private void decide() {
    if (link.ended()) {
      return;
    }
    long now = link.nanoTime();
    switch (link.keepAlive().decide(now)) {
      case WAIT -> {}
      case PING -> {
        ping();
        link.keepAlive().pingSent(now);
      }
      case CLOSE_SILENT -> timeOut("nothing came for " + SILENCE_SECONDS + " s");
      case CLOSE_INCOMPLETE ->
          timeOut(
              "a frame was not complete within read-timeout ("
                  + link.context().settings().readTimeout()
                  + ")");
    }
    scheduleDecision();
  }

  private void timeOut(String details) {
    link.fail(CloseReason.READ_TIMEOUT, details, Operation.READ);
  }

  /** Pings out of turn, unless an answer is awaited already. Event loop. */
  void probe() {
    if (!link.ended() && !link.keepAlive().awaitsPong()) {
      ping();
      link.keepAlive().pingSent(link.nanoTime());
    }
  }

  private void ping() {
    Instant now = link.context().clock().instant();
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    send(
        Message.newBuilder()
            .setSenderId(link.context().senders().ping())
            .setPing(Ping.newBuilder().setTimestamp(nanos))
            .build());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object inbound) {
    Message message = ((InboundMessage) inbound).message();
    switch (message.getPayloadCase()) {
      case PING -> pong(message.getPing().getTimestamp());
      case PONG -> link.keepAlive().pongCame(link.nanoTime()).ifPresent(link::roundTripTook);
      case DISCONNECT -> disconnected(message.getDisconnect());
      default -> ctx.fireChannelRead(inbound);
    }
  }

  /**
   * Answers a ping from its bytes.
   *
   * @param index of the first byte of the message, which is there as a whole
   * @return false when it is something else, or a ping of unusual form
   */
  boolean takePing(ByteBuf bytes, int index, int length) {
    if (!pings.read(bytes, index, length)) {
      return false;
    }
    link.messageCame(Message.PayloadCase.PING, length);
    pong(pings.timestamp());
    return true;
  }

  private void pong(long timestamp) {
    int size = pings.pongSize(timestamp);
    if (size > link.context().codec().maxMessageSize()) {
      log.debug("{} max-message-size is less than a pong has", link.id());
      return;
    }
    ByteBuf frame = link.answer(size);
    if (frame == null) {
      return;
    }
    frame.writeInt(size);
    pings.writePong(frame, timestamp);
    pongsOwed++;
    if (pongsOwed == MOST_PONGS_OWED) {
      link.pause(Link.Pause.PONGS);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    link.flushAnswers();
    ctx.fireChannelReadComplete();
  }

  private void pongsWritten(int count) {
    pongsOwed -= count;
    if (pongsOwed <= MOST_PONGS_OWED / 2) {
      link.resume(Link.Pause.PONGS);
    }
  }

  private void disconnected(DisconnectMessage disconnect) {
    // From here on the text is ours to show: in logs, events and figures.
    link.peerDisconnected(
        CloseReason.of(disconnect.getReason()), PeerText.of(disconnect.getDetails()));
  }

  private void send(Message message) {
    OutboundFrame frame;
    try {
      frame = link.context().frames().encode(message);
    } catch (TransportException tooLarge) {
      // Only with a max-message-size below that of a ping.
      log.debug("{} {}", link.id(), tooLarge.getMessage());
      return;
    }
    try {
      link.send(frame, Delivery.IGNORED);
    } finally {
      frame.release();
    }
  }
}
