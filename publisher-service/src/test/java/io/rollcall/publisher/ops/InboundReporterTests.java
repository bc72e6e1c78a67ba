package io.rollcall.publisher.ops;

import static io.rollcall.publisher.testing.Xts.A;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.publisher.testing.ManualNanoClock;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.testing.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboundReporterTests {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PublisherMetrics metrics = new PublisherMetrics(registry, List.of());
  private final ManualNanoClock clock = new ManualNanoClock();
  private final List<IdentityMismatchEvent> events = new ArrayList<>();
  private final InboundReporter reporter =
      new InboundReporter(metrics, new MicrometerTransportMetrics(registry), clock, events::add);

  @Test
  void warnsOfAMismatchOnceASecondAndCountsEach() {
    try (LogCapture log = LogCapture.of(InboundReporter.class)) {
      reporter.identityMismatch("c1", "optimism", A, "vote");
      reporter.identityMismatch("c1", "optimism", A, "vote");
      reporter.identityMismatch("c2", "base", A, "vote");
      clock.pass(Duration.ofSeconds(2));
      reporter.identityMismatch("c2", "base", A, "block");

      assertThat(log.lines(Level.WARN))
          .containsExactly(
              "c1: identity mismatch: optimism may not speak for chain 55555; its vote was dropped"
                  + " (0 more since the last such line)",
              "c2: identity mismatch: base may not speak for chain 55555; its block was dropped"
                  + " (2 more since the last such line)");
    }
    assertThat(events)
        .hasSize(4)
        .last()
        .isEqualTo(new IdentityMismatchEvent("c2", "base", A, "block"));
    assertThat(errors("auth_failure")).isEqualTo(4);
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
