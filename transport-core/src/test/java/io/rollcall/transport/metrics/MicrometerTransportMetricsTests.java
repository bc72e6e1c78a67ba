package io.rollcall.transport.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rollcall.proto.v1.Message.PayloadCase;
import io.rollcall.transport.CloseReason;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MicrometerTransportMetricsTests {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TransportMetrics metrics = new MicrometerTransportMetrics(registry);

  @Test
  void showsEveryFamilyUnderItsNameFromTheFirstScrape() {
    metrics.signatureProvider("native");

    List<String> families =
        registry
            .scrape()
            .lines()
            .filter(line -> line.startsWith("# TYPE "))
            .map(line -> line.substring(7, line.lastIndexOf(' ')))
            // Micrometer adds the largest recent value of each histogram as a gauge of its own.
            .filter(family -> !family.endsWith("_max"))
            .toList();

    assertThat(families)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(TransportMeters.values()).map(TransportMeters::prometheusName).toList());
  }

  @Test
  void everyMeterHasExactlyTheTagsOfItsEnumConstant() {
    metrics.signatureProvider("native");

    for (TransportMeters documented : TransportMeters.values()) {
      assertThat(registry.find(documented.meterName()).meters())
          .isNotEmpty()
          .allSatisfy(meter ->
              assertThat(
                      meter.getId().getTags().stream()
                          .map(tag -> tag.getKey())
                          .collect(Collectors.toSet()))
                  .containsExactlyInAnyOrderElementsOf(documented.tags()));
    }
  }

  @Test
  void connectionsAreCountedByStateAndTimedWhenTheyEnd() {
    metrics.connectionAdded();
    metrics.connectionRemoved(Duration.ofSeconds(7));
    metrics.connected();
    metrics.disconnected(Duration.ofMinutes(20));

    for (String state : List.of("added", "removed", "connected", "disconnected")) {
      assertScrapeHas("publisher_transport_connections_total{state=\"%s\"} 1.0".formatted(state));
    }
    assertScrapeHas("publisher_transport_connection_duration_seconds_bucket{le=\"5.0\"} 0");
    assertScrapeHas("publisher_transport_connection_duration_seconds_bucket{le=\"15.0\"} 1");
    assertScrapeHas("publisher_transport_connection_duration_seconds_bucket{le=\"1800.0\"} 2");
    assertScrapeHas("publisher_transport_connection_duration_seconds_count 2");
  }

  @Test
  void messagesAreCountedMeasuredAndTimedByTheNameOfTheirPayload() {
    metrics.messageReceived(PayloadCase.XT_REQUEST, 5000);
    metrics.messageSent(PayloadCase.VOTE, 100);
    metrics.messageSent(PayloadCase.PAYLOAD_NOT_SET, 1);
    metrics.messageProcessed(PayloadCase.XT_REQUEST, Duration.ofMillis(7).toNanos());

    String in = "{direction=\"in\",type=\"xt_request\"";
    assertScrapeHas("publisher_transport_messages_total" + in + "} 1.0");
    assertScrapeHas("publisher_transport_message_size_bytes_sum" + in + "} 5000.0");
    assertScrapeHas("publisher_transport_message_size_bytes_bucket" + in + ",le=\"4096.0\"} 0");
    assertScrapeHas("publisher_transport_message_size_bytes_bucket" + in + ",le=\"16384.0\"} 1");
    assertScrapeHas("publisher_transport_messages_total{direction=\"out\",type=\"vote\"} 1.0");
    assertScrapeHas("publisher_transport_messages_total{direction=\"out\",type=\"none\"} 1.0");
    String timer = "publisher_transport_message_processing_duration_seconds";
    assertScrapeHas(timer + "_bucket{type=\"xt_request\",le=\"0.005\"} 0");
    assertScrapeHas(timer + "_bucket{type=\"xt_request\",le=\"0.01\"} 1");
  }

  @Test
  void broadcastsAreCountedWithTheirRecipientsAndTime() {
    metrics.broadcast(30, Duration.ofMillis(40));

    assertScrapeHas("publisher_transport_broadcasts_total 1.0");
    assertScrapeHas("publisher_transport_broadcast_recipients_bucket{le=\"25.0\"} 0");
    assertScrapeHas("publisher_transport_broadcast_recipients_bucket{le=\"50.0\"} 1");
    assertScrapeHas("publisher_transport_broadcast_duration_seconds_bucket{le=\"0.05\"} 1");
  }

  @Test
  void clockSkewIsMeasuredBothWaysAndNeverAsMoreThanADay() {
    metrics.helloClockSkew(Duration.ofMillis(1500));
    metrics.helloClockSkew(Duration.ofSeconds(-40));
    metrics.helloClockSkew(Duration.ofSeconds(Long.MIN_VALUE + 1));

    String skew = "publisher_transport_handshake_clock_skew_seconds";
    assertScrapeHas(skew + "_sum{clock=\"ahead\"} 1.5");
    assertScrapeHas(skew + "_bucket{clock=\"behind\",le=\"30.0\"} 0");
    assertScrapeHas(skew + "_bucket{clock=\"behind\",le=\"60.0\"} 1");
    assertScrapeHas(skew + "_sum{clock=\"behind\"} 86440.0");
  }

  @Test
  void errorsAreCountedByReasonAndOperation() {
    metrics.error(CloseReason.PROTOCOL_ERROR, TransportMetrics.Operation.READ);

    assertScrapeHas(
        "publisher_transport_errors_total{operation=\"read\",type=\"protocol_error\"} 1.0");
  }

  @Test
  void gaugesAddUpWhatIsWatchedAndForgetWhatIsNoLonger() {
    TransportMetrics.Registration server = metrics.watch(load(3, 0.25, 0.5, 7));
    TransportMetrics.Registration client = metrics.watch(load(1, 0.75, 0.1, 2));

    assertScrapeHas("publisher_transport_connections_active 4.0");
    assertScrapeHas("publisher_transport_worker_pool_queue_size 9.0");
    assertScrapeHas("publisher_transport_buffer_utilization_ratio{type=\"inbound\"} 0.75");
    assertScrapeHas("publisher_transport_buffer_utilization_ratio{type=\"outbound\"} 0.5");

    client.close();
    client.close();
    assertScrapeHas("publisher_transport_connections_active 3.0");
    server.close();
    assertScrapeHas("publisher_transport_connections_active 0.0");
    assertScrapeHas("publisher_transport_buffer_utilization_ratio{type=\"inbound\"} 0.0");
  }

  @Test
  void aSecondOneOnTheSameRegistryCountsInTheSameMeters() {
    TransportMetrics second = new MicrometerTransportMetrics(registry);

    metrics.connectionAdded();
    second.connectionAdded();

    assertScrapeHas("publisher_transport_connections_total{state=\"added\"} 2.0");
    assertThat(registry.getMeters().stream().map(Meter::getId)).doesNotHaveDuplicates();
  }

  @Test
  void theSignatureProviderIsALabelOfAConstant() {
    metrics.signatureProvider("portable");

    assertScrapeHas("publisher_transport_signature_provider{provider=\"portable\"} 1.0");
  }

  private void assertScrapeHas(String line) {
    assertThat(registry.scrape().lines()).contains(line);
  }

  private static TransportLoad load(int connections, double in, double out, int queued) {
    return new TransportLoad() {
      @Override
      public int activeConnections() {
        return connections;
      }

      @Override
      public double inboundBufferUtilization() {
        return in;
      }

      @Override
      public double outboundBufferUtilization() {
        return out;
      }

      @Override
      public int queuedMessages() {
        return queued;
      }
    };
  }
}
