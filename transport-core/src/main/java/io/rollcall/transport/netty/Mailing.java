package io.rollcall.transport.netty;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.OutboundMessage;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.UnknownPeerException;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ConnectionManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Several messages to several connections, in their order: each is encoded once, each connection is
 * looked up once, and its event loop is woken for many of them together. Used by one thread; what
 * became of the frames comes from event loops.
 */
final class Mailing {

  /** So many frames wake a connection's event loop; the next may be encoded meanwhile. */
  private static final int FRAMES_AT_A_TIME = 64;

  private final ConnectionManager<NettyConnection> connections;
  private final FrameEncoder frames;
  private final TransportMetrics metrics;
  private final long start = System.nanoTime();
  private final Map<String, Recipient> recipients = new LinkedHashMap<>();
  private final List<Integer> reached = new ArrayList<>();
  private final CompletableFuture<BroadcastResult> result = new CompletableFuture<>();

  /** Below zero once all are queued, by as many as have no fate yet; before, those that have. */
  private final AtomicInteger settled = new AtomicInteger();

  private int queued;

  Mailing(
      ConnectionManager<NettyConnection> connections,
      FrameEncoder frames,
      TransportMetrics metrics) {
    this.connections = connections;
    this.frames = frames;
    this.metrics = metrics;
  }

  /** Queues one message for everybody who is to get it; one that is too large reaches nobody. */
  void add(OutboundMessage outbound) {
    Message message = SenderIds.put(SenderIds.PUBLISHER, outbound.message());
    OutboundFrame frame;
    try {
      frame = frames.encode(message);
    } catch (TransportException refused) {
      outbound.connectionIds().forEach(id -> recipient(id).failed(refused));
      return;
    }
    try {
      int count = 0;
      for (String id : outbound.connectionIds()) {
        count += recipient(id).queue(frame) ? 1 : 0;
      }
      reached.add(count);
    } finally {
      frame.release();
    }
  }

  private Recipient recipient(String id) {
    Recipient known = recipients.get(id);
    if (known == null) {
      known = new Recipient(id, connections.find(id).orElse(null));
      recipients.put(id, known);
    }
    return known;
  }

  /** All were added: they leave. */
  CompletionStage<BroadcastResult> send() {
    recipients.values().forEach(Recipient::flush);
    settled(-queued);
    return result;
  }

  private void settled(int frames) {
    if (settled.addAndGet(frames) == 0) {
      complete();
    }
  }

  private void complete() {
    List<String> delivered = new ArrayList<>(recipients.size());
    Map<String, TransportException> failed = new LinkedHashMap<>();
    for (Recipient recipient : recipients.values()) {
      TransportException failure = recipient.failure;
      if (failure == null) {
        delivered.add(recipient.id);
      } else {
        failed.put(recipient.id, failure);
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    reached.forEach(count -> metrics.broadcast(count, took));
    result.complete(new BroadcastResult(delivered, failed));
  }

  /** One connection, or an id that is gone. */
  private final class Recipient implements Delivery {
    private final String id;
    private final @Nullable Link link;
    private volatile @Nullable TransportException failure;
    private int unflushed;

    Recipient(String id, @Nullable NettyConnection connection) {
      this.id = id;
      this.link = connection == null ? null : connection.link();
      if (link == null) {
        failure = new UnknownPeerException(id);
      }
    }

    boolean queue(OutboundFrame frame) {
      if (link == null) {
        return false;
      }
      queued++;
      boolean taken = link.queue(frame, this, start);
      unflushed++;
      if (unflushed == FRAMES_AT_A_TIME) {
        flush();
      }
      return taken;
    }

    void flush() {
      if (link != null && unflushed > 0) {
        unflushed = 0;
        link.scheduleFlush();
      }
    }

    void failed(TransportException cause) {
      if (failure == null) {
        failure = cause;
      }
    }

    @Override
    public void done(@Nullable TransportException cause) {
      if (cause != null) {
        failed(cause);
      }
      settled(1);
    }
  }
}
