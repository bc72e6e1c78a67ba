package io.rollcall.publisher.ops;

import static io.rollcall.publisher.testing.Xts.A;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.scp.PublisherFact;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.testing.LogCapture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboundReporterTests {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PublisherMetrics metrics = new PublisherMetrics(registry, List.of());
  private final List<IdentityMismatchEvent> events = new ArrayList<>();
  private final List<String> offences = new ArrayList<>();
  private final InboundReporter reporter =
      new InboundReporter(
          metrics,
          new MicrometerTransportMetrics(registry),
          (connection, what) -> offences.add(connection + " " + what),
          events::add);

  @Test
  void reportsEachMismatchToTheTransport() {
    reporter.identityMismatch("c1", "optimism", A, "vote");
    reporter.identityMismatch("c2", "base", A, "block");

    assertThat(events)
        .hasSize(2)
        .last()
        .isEqualTo(new IdentityMismatchEvent("c2", "base", A, "block"));
    assertThat(offences)
        .containsExactly(
            "c1 identity mismatch: vote for chain 55555",
            "c2 identity mismatch: block for chain 55555");
    assertThat(errors("auth_failure")).as("the transport counts them").isZero();
  }

  @Test
  void whatTheMachineRefusesIsAnOffenceToo() {
    reporter.observed(List.of(new PublisherFact.IdentityMismatch("c1", A)));

    assertThat(offences).containsExactly("c1 identity mismatch: vote for chain 55555");
    assertThat(events).isEmpty();
  }

  @Test
  void whatIsCarriedAndNotActedOnIsCountedAndIsNoError() {
    reporter.unrouted("circ_message");
    reporter.unrouted("start_slot");

    assertThat(registry.get(ConsensusMeters.CIRC_MESSAGES.meterName()).counter().count())
        .isEqualTo(2);
    assertThat(errors("protocol_error")).isZero();
  }

  @Test
  void tellsOfMalformedMessagesAtDebug() {
    try (LogCapture log = LogCapture.of(InboundReporter.class)) {
      reporter.malformed("c1", "vote", "chain id is empty");

      assertThat(log.lines(Level.DEBUG)).containsExactly("c1: malformed vote: chain id is empty");
    }
    assertThat(errors("protocol_error")).isEqualTo(1);
  }

  private double errors(String type) {
    return registry
        .get(TransportMeters.ERRORS.meterName())
        .tags("type", type, "operation", "handle")
        .counter()
        .count();
  }
}
