package io.rollcall.transport.netty;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that partial frames of all connections hold, and bytes that came although nobody
 * reads. At the bound the connection that holds most is closed with THROTTLED, those that are not
 * trusted first; reading is never paused for it. Safe for any thread.
 */
final class InboundBudget {

  private final long limit;
  private final AtomicLong held = new AtomicLong();
  // Only those that hold something.
  private final Set<Share> shares = ConcurrentHashMap.newKeySet();

  InboundBudget(long limit) {
    this.limit = limit;
  }

  /** Part of the bound that is held. */
  double utilization() {
    return Math.clamp((double) held.get() / limit, 0.0, 1.0);
  }

  /** What one connection holds; used on its event loop. */
  Share share(Link link) {
    return new Share(link);
  }

  private void evict() {
    shares.stream()
        .max(Comparator.comparing(Share::stranger).thenComparingLong(Share::bytes))
        .ifPresent(Share::giveUp);
  }

  /** One connection's part. */
  final class Share {
    private final Link link;
    private final AtomicLong bytes = new AtomicLong();

    private Share(Link link) {
      this.link = link;
    }

    /** The connection holds this much now, all in all. */
    void holds(long now) {
      long more = now - bytes.getAndSet(now);
      if (now == 0) {
        held.addAndGet(more);
        // Always, since another thread may have written it off while it grew.
        shares.remove(this);
        return;
      }
      shares.add(this);
      if (held.addAndGet(more) > limit && more > 0) {
        evict();
      }
    }

    private boolean stranger() {
      return !link.trusted();
    }

    private long bytes() {
      return bytes.get();
    }

    /**
     * What it holds is written off at once, so the next to come does not cost a second one; its
     * event loop gives it back next.
     */
    private void giveUp() {
      long had = bytes.get();
      holds(0);
      link.fail(
          CloseReason.THROTTLED,
          "partial frames fill inbound-buffer (%d bytes), most of it here: %d bytes"
              .formatted(limit, had),
          Operation.READ);
    }
  }
}
