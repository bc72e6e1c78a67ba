package io.rollcall.publisher.outbound;

import io.rollcall.scp.PublisherMessage;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one connection still has to be told before it hears new things as everybody else does.
 *
 * <p>At most half of the connection's outbound buffer is filled from here; the rest follows as the
 * peer reads. New messages wait behind, in order: at most as many bytes of them as the outbound
 * buffer holds, then the connection counts as one that does not keep up and is closed with {@link
 * CloseReason#WRITE_TIMEOUT}. Safe for any thread: fed by the coordinator, carried on by whoever
 * completes a write.
 */
final class PacedFeed {

  private final Connection connection;
  private final long outboundBuffer;
  private final WireMessages wire;
  private final Consumer<PacedFeed> whenDone;
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();

  private record Entry(PublisherMessage message, long size, boolean isNew) {}

  /** Calls of {@link #pump} that are to be served; one thread at a time serves all of them. */
  private final AtomicInteger calls = new AtomicInteger();

  private final AtomicInteger unwritten = new AtomicInteger();
  private long newBytes;
  private boolean done;

  PacedFeed(
      Connection connection, long outboundBuffer, WireMessages wire, Consumer<PacedFeed> whenDone) {
    this.connection = connection;
    this.outboundBuffer = outboundBuffer;
    this.wire = wire;
    this.whenDone = whenDone;
  }

  /**
   * Adds what the peer missed; not counted against the bound, the machine bounds it.
   *
   * @return false when this feed is done and another is needed
   */
  boolean addMissed(List<PublisherMessage> messages) {
    synchronized (waiting) {
      if (done) {
        return false;
      }
      for (PublisherMessage message : messages) {
        waiting.addLast(new Entry(message, WireMessages.size(message), false));
      }
    }
    pump();
    return true;
  }

  /**
   * Adds a new message behind the others.
   *
   * @return false when this feed is done and the message goes the usual way
   */
  boolean add(PublisherMessage message) {
    synchronized (waiting) {
      if (done) {
        return false;
      }
      long size = WireMessages.size(message);
      if (newBytes + size <= outboundBuffer) {
        newBytes += size;
        waiting.addLast(new Entry(message, size, true));
        return true;
      }
    }
    connection.close(
        CloseReason.WRITE_TIMEOUT,
        "more than " + outboundBuffer + " bytes wait behind what was resent");
    abandon();
    return true;
  }

  private void pump() {
    if (calls.getAndIncrement() != 0) {
      return;
    }
    int served = 1;
    do {
      PublisherMessage next = next();
      while (next != null) {
        send(next);
        next = next();
      }
      served = calls.addAndGet(-served);
    } while (served != 0);
  }

  private void send(PublisherMessage message) {
    unwritten.incrementAndGet();
    connection
        .send(wire.of(message))
        .whenComplete((_, failure) -> {
          unwritten.decrementAndGet();
          if (failure == null) {
            pump();
          } else {
            // The connection is gone, and its peer hears the rest when it is back.
            abandon();
          }
        });
  }

  /** The next message if there is room for it; ends the feed behind the last one. */
  private @Nullable PublisherMessage next() {
    synchronized (waiting) {
      Entry first = waiting.peekFirst();
      if (first != null) {
        boolean fits = connection.queuedBytes() + first.size() <= outboundBuffer / 2;
        // With nothing under way nobody would call again, and one message always fits.
        if (!fits && unwritten.get() > 0) {
          return null;
        }
        waiting.removeFirst();
        newBytes -= first.isNew() ? first.size() : 0;
        return first.message();
      }
      if (done) {
        return null;
      }
      // Under the same lock that found nothing waiting: what comes now goes the usual way.
      done = true;
    }
    whenDone.accept(this);
    return null;
  }

  private void abandon() {
    synchronized (waiting) {
      if (done) {
        return;
      }
      done = true;
      waiting.clear();
    }
    whenDone.accept(this);
  }
}
