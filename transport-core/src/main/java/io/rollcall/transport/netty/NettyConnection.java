package io.rollcall.transport.netty;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A {@link Link} that was admitted: from here on there is an identity. The stages it returns
 * complete on the connection's event loop, so what is attached to them must not block.
 */
final class NettyConnection implements Connection {

  private final Link link;
  private final PeerIdentity identity;
  private final Instant connectedAt;

  /** Made on the link's event loop, once, when the peer is admitted. */
  NettyConnection(Link link, PeerIdentity identity) {
    this.link = link;
    this.identity = identity;
    this.connectedAt = link.context().clock().instant();
    if (!(identity instanceof PeerIdentity.Unauthenticated)) {
      link.setProven();
    }
  }

  Link link() {
    return link;
  }

  @Override
  public String id() {
    return link.id();
  }

  @Override
  public PeerIdentity identity() {
    return identity;
  }

  @Override
  public ConnectionInfo info() {
    return new ConnectionInfo(
        link.id(),
        link.remoteAddress(),
        identity,
        connectedAt,
        link.lastSeen(),
        link.bytesRead(),
        link.bytesWritten(),
        link.messagesRead(),
        link.messagesWritten(),
        link.queuedBytes(),
        link.roundTripTime());
  }

  @Override
  public long queuedBytes() {
    return link.queuedBytes();
  }

  @Override
  public CompletionStage<Void> send(Message message) {
    OutboundFrame frame;
    try {
      frame =
          link.context()
              .frames()
              .encode(
                  link.context()
                      .senders()
                      .messages()
                      .map(sender -> message.toBuilder().setSenderId(sender).build())
                      .orElse(message));
    } catch (TransportException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      return sendShared(frame);
    } finally {
      frame.release();
    }
  }

  /** Queues a frame that others may have too; the caller keeps its reference. */
  CompletableFuture<Void> sendShared(OutboundFrame frame) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    send(
        frame,
        failure -> {
          if (failure == null) {
            sent.complete(null);
          } else {
            sent.completeExceptionally(failure);
          }
        });
    return sent;
  }

  /** The same, for whoever gathers what became of it. */
  void send(OutboundFrame frame, Delivery delivery) {
    link.send(frame, delivery);
  }

  @Override
  public CompletionStage<Void> close(CloseReason reason, String details) {
    link.close(reason, details);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    link.whenClosed(() -> closed.complete(null));
    return closed;
  }

  @Override
  public String toString() {
    return id() + " " + identity.label() + " " + link.remote();
  }
}
