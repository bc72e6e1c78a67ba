package io.rollcall.transport.netty;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that all outbound queues of a server or client really hold: a broadcast counts once,
 * however many queues it stands in. At the bound the link that has most queued is closed with
 * WRITE_TIMEOUT, one at a time, because memory comes back only when its event loop has closed it.
 * Nobody ever waits here, so for that moment the bound may be passed. Safe for any thread.
 */
final class OutboundBudget {

  private final String property;
  private final long limit;
  private final AtomicLong held = new AtomicLong();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean evicting = new AtomicBoolean();

  /**
   * Holds nothing yet.
   *
   * @param property the setting that the limit came from, for whoever reads why a link ended
   */
  OutboundBudget(String property, long limit) {
    this.property = property;
    this.limit = limit;
  }

  /** Part of the bound that is held. */
  double utilization() {
    return Math.clamp((double) held.get() / limit, 0.0, 1.0);
  }

  /** Bytes held. */
  long held() {
    return held.get();
  }

  void add(Link link) {
    links.add(link);
  }

  /** The link is closed and holds nothing any more. */
  void remove(Link link) {
    links.remove(link);
  }

  void reserve(int bytes) {
    if (held.addAndGet(bytes) > limit) {
      evict();
    }
  }

  void release(int bytes) {
    held.addAndGet(-bytes);
  }

  private void evict() {
    if (!evicting.compareAndSet(false, true)) {
      return;
    }
    Optional<Link> largest =
        links.stream()
            .filter(link -> link.queuedBytes() > 0)
            .max(Comparator.comparingLong(Link::queuedBytes));
    if (largest.isEmpty()) {
      evicting.set(false);
      return;
    }
    Link link = largest.get();
    link.whenClosed(() -> {
      evicting.set(false);
      if (held.get() > limit) {
        evict();
      }
    });
    link.cut(
        CloseReason.WRITE_TIMEOUT,
        "all queues together hold %d bytes, %s is %d, and this one most: %d"
            .formatted(held.get(), property, limit, link.queuedBytes()),
        Operation.WRITE);
  }
}
