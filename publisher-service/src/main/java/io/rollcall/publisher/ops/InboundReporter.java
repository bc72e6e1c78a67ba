package io.rollcall.publisher.ops;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.coordination.NanoClock;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs what comes in. A peer that speaks for a foreign chain is warned about once a
 * second at most, whoever it is, and counted every time. Safe for any thread.
 */
public final class InboundReporter implements InboundObserver {

  private static final Logger log = LoggerFactory.getLogger(InboundReporter.class);
  private static final long WARNING_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

  private final PublisherMetrics metrics;
  private final TransportMetrics transportMetrics;
  private final NanoClock clock;
  private final Consumer<IdentityMismatchEvent> events;
  private final AtomicLong nextWarningNanos = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong unwarned = new AtomicLong();

  /**
   * Reports there.
   *
   * @param events takes every identity mismatch
   */
  public InboundReporter(
      PublisherMetrics metrics,
      TransportMetrics transportMetrics,
      NanoClock clock,
      Consumer<IdentityMismatchEvent> events) {
    this.metrics = metrics;
    this.transportMetrics = transportMetrics;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public void handled(String payload, long nanos) {
    metrics.handled(payload, nanos);
  }

  @Override
  public void unrouted(String payload) {
    metrics.unrouted();
  }

  @Override
  public void malformed(String connectionId, String payload, String why) {
    log.debug("{}: malformed {}: {}", connectionId, payload, why);
    transportMetrics.error(CloseReason.PROTOCOL_ERROR, Operation.HANDLE);
  }

  @Override
  public void identityMismatch(
      String connectionId, String identity, ChainId chain, String payload) {
    transportMetrics.error(CloseReason.AUTH_FAILURE, Operation.HANDLE);
    events.accept(new IdentityMismatchEvent(connectionId, identity, chain, payload));
    long now = clock.nanos();
    long next = nextWarningNanos.get();
    if (now >= next && nextWarningNanos.compareAndSet(next, now + WARNING_INTERVAL_NANOS)) {
      log.warn(
          "{}: identity mismatch: {} may not speak for chain {}; its {} was dropped ({} more since"
              + " the last such line)",
          connectionId,
          identity,
          chain,
          payload,
          unwarned.getAndSet(0));
    } else {
      unwarned.incrementAndGet();
    }
  }
}
