package io.rollcall.publisher.ops;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.scp.PublisherFact;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what comes in. Each time a peer speaks for a foreign chain is an offence: the transport
 * counts and logs it, and closes the connection when there are too many. Safe for any thread.
 */
public final class InboundReporter implements InboundObserver, FactListener<PublisherFact> {

  private static final Logger log = LoggerFactory.getLogger(InboundReporter.class);

  private final PublisherMetrics metrics;
  private final TransportMetrics transportMetrics;
  private final BiConsumer<String, String> offences;
  private final Consumer<IdentityMismatchEvent> events;

  /**
   * Reports there.
   *
   * @param offences takes a connection id and what its peer did, for each identity mismatch
   * @param events takes every identity mismatch
   */
  public InboundReporter(
      PublisherMetrics metrics,
      TransportMetrics transportMetrics,
      BiConsumer<String, String> offences,
      Consumer<IdentityMismatchEvent> events) {
    this.metrics = metrics;
    this.transportMetrics = transportMetrics;
    this.offences = offences;
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
    mismatch(connectionId, payload, chain);
    events.accept(new IdentityMismatchEvent(connectionId, identity, chain, payload));
  }

  /**
   * The machine refuses a vote whose sender lost its rights between the handler's check and its
   * turn. Whatever a handler refused never gets there, so no mismatch is reported twice.
   */
  @Override
  public void observed(List<PublisherFact> facts) {
    for (PublisherFact fact : facts) {
      if (fact instanceof PublisherFact.IdentityMismatch(String connectionId, ChainId chain)) {
        mismatch(connectionId, "vote", chain);
      }
    }
  }

  private void mismatch(String connectionId, String payload, ChainId chain) {
    offences.accept(connectionId, "identity mismatch: " + payload + " for chain " + chain);
  }
}
