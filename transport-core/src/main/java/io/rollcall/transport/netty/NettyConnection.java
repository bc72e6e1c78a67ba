package io.rollcall.transport.netty;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.session.OffenceWindow;
import io.rollcall.transport.session.Replaceable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A {@link Link} that was admitted: from here on there is an identity. The stages it returns
 * complete on the connection's event loop, so what is attached to them must not block.
 */
final class NettyConnection implements Replaceable {

  private final Link link;
  private final PeerIdentity identity;
  private final HandshakeVersion handshake;
  private final Compression compression;
  private final Instant connectedAt;
  private final long admittedAt;
  private final OffenceWindow offences = new OffenceWindow();
  private final CompletableFuture<Void> handled = new CompletableFuture<>();

  /** Made on the link's event loop, once, when the peer is admitted. */
  NettyConnection(
      Link link, PeerIdentity identity, HandshakeVersion handshake, Compression compression) {
    this.link = link;
    this.identity = identity;
    this.handshake = handshake;
    this.compression = compression;
    this.connectedAt = link.context().clock().instant();
    this.admittedAt = link.nanoTime();
    if (identity instanceof PeerIdentity.Trusted) {
      link.setTrusted();
    }
  }

  Link link() {
    return link;
  }

  /** How large messages are compressed on it. */
  Compression compression() {
    return compression;
  }

  /** What its peer did that it may not do. */
  OffenceWindow offences() {
    return offences;
  }

  /** Completed, where the handler runs, when that is done with the last of it. */
  CompletableFuture<Void> handled() {
    return handled;
  }

  @Override
  public boolean ended() {
    return link.ended();
  }

  @Override
  public Duration lived() {
    return Duration.ofNanos(link.nanoTime() - admittedAt);
  }

  @Override
  public Duration unanswered() {
    return link.keepAlive().unanswered(link.nanoTime());
  }

  @Override
  public void probe() {
    link.execute(() -> {
      KeepAliveHandler keepAlive = link.channel().pipeline().get(KeepAliveHandler.class);
      if (keepAlive != null) {
        keepAlive.probe();
      }
    });
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
        handshake,
        link.tls(),
        compression,
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
      frame = encode(message);
    } catch (TransportException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      return sendShared(frame);
    } finally {
      frame.release();
    }
  }

  @Override
  public CompletionStage<Void> sendAll(List<Message> messages) {
    List<OutboundFrame> frames = new ArrayList<>(messages.size());
    try {
      for (Message message : messages) {
        frames.add(encode(message));
      }
      return queueAll(frames);
    } catch (TransportException refused) {
      return CompletableFuture.failedFuture(refused);
    } finally {
      frames.forEach(OutboundFrame::release);
    }
  }

  private CompletableFuture<Void> queueAll(List<OutboundFrame> frames) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    if (frames.isEmpty()) {
      sent.complete(null);
      return sent;
    }
    Delivery last = delivery(sent);
    Delivery others =
        failure -> {
          if (failure != null) {
            sent.completeExceptionally(failure);
          }
        };
    long now = link.nanoTime();
    OutboundFrame end = frames.getLast();
    for (OutboundFrame frame : frames) {
      // They have their fates in their order, so the last one's says that all are written.
      var _ = link.queue(frame, frame.equals(end) ? last : others, now);
    }
    link.scheduleFlush();
    return sent;
  }

  private OutboundFrame encode(Message message) {
    LinkContext context = link.context();
    return context
        .frames()
        .encode(
            context
                .senders()
                .messages()
                .map(sender -> SenderIds.put(sender, message))
                .orElse(message));
  }

  private static Delivery delivery(CompletableFuture<Void> sent) {
    return failure -> {
      if (failure == null) {
        sent.complete(null);
      } else {
        sent.completeExceptionally(failure);
      }
    };
  }

  /** Queues a frame that others may have too; the caller keeps its reference. */
  CompletableFuture<Void> sendShared(OutboundFrame frame) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    send(frame, delivery(sent));
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
