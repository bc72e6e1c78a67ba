package io.rollcall.transport.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.ConnectionInfos;
import io.rollcall.transport.testing.FakeTransportClient;
import io.rollcall.transport.testing.FakeTransportServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TransportEndpointTests {

  private final FakeTransportServer server = new FakeTransportServer();
  private final FakeTransportClient client = new FakeTransportClient();

  @Test
  void describesEachConnectionOfTheServer() {
    server.start();
    server.connections.add(ConnectionInfos.trusted("optimism"));

    TransportEndpoint.TransportDescriptor answer = new TransportEndpoint(server, null).transport();

    assertThat(answer.client()).isNull();
    TransportEndpoint.ServerDescriptor described = Objects.requireNonNull(answer.server());
    assertThat(described.running()).isTrue();
    assertThat(described.address()).contains(":4321");
    assertThat(described.connections())
        .containsExactly(
            new TransportEndpoint.ConnectionDescriptor(
                "c-optimism",
                "optimism",
                "v1",
                false,
                "none",
                "192.0.2.1:40000",
                List.of("10", "8453"),
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:09Z"),
                1000,
                2000,
                10,
                20,
                30,
                Duration.ofMillis(7)));
  }

  @Test
  void describesAServerThatDoesNotListen() {
    TransportEndpoint.ServerDescriptor described =
        Objects.requireNonNull(new TransportEndpoint(server, null).transport().server());

    assertThat(described.running()).isFalse();
    assertThat(described.address()).isNull();
  }

  @Test
  void describesTheClientWithItsLastFailure() {
    client.failed("connection refused");

    assertThat(new TransportEndpoint(null, client).transport())
        .isEqualTo(
            new TransportEndpoint.TransportDescriptor(
                null,
                new TransportEndpoint.ClientDescriptor(
                    "fake", "publisher.example:8080", false, 0, "connection refused", null)));
  }

  @Test
  void describesTheClientsConnection() {
    client.connected(ConnectionInfos.trusted("publisher-1"));

    TransportEndpoint.ClientDescriptor described =
        Objects.requireNonNull(new TransportEndpoint(null, client).transport().client());

    assertThat(described.connected()).isTrue();
    assertThat(described.connection()).isNotNull();
  }
}
