package io.rollcall.transport.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.ConnectionInfos;
import io.rollcall.transport.testing.FakeTransportClient;
import io.rollcall.transport.testing.FakeTransportServer;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

class TransportHealthIndicatorTests {

  private final FakeTransportServer server = new FakeTransportServer();
  private final FakeTransportClient client = new FakeTransportClient();
  private final HealthIndicator serverHealth = new TransportServerHealthIndicator(server);
  private final HealthIndicator clientHealth = new TransportClientHealthIndicator(client);

  @Test
  void serverIsUpWithoutAnyConnection() {
    server.start();

    Health health = health(serverHealth);

    assertThat(health.getStatus()).isEqualTo(Status.UP);
    assertThat(health.getDetails()).containsEntry("connections", 0).containsKey("address");
  }

  @Test
  void serverCountsConnectionsAsADetail() {
    server.start();
    server.connections.add(ConnectionInfos.trusted("a"));

    assertThat(health(serverHealth).getDetails()).containsEntry("connections", 1);
  }

  @Test
  void serverIsDownWhileItCannotAcceptAndSaysWhy() {
    server.start();
    server.acceptProblem.set(Optional.of("too many open files"));

    Health health = health(serverHealth);

    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
    assertThat(health.getDetails())
        .containsEntry("reason", "cannot accept connections: too many open files")
        .containsEntry("connections", 0);

    server.acceptProblem.set(Optional.empty());
    assertThat(health(serverHealth).getStatus()).isEqualTo(Status.UP);
  }

  @Test
  void serverIsDownWhenItDoesNotListen() {
    Health health = health(serverHealth);

    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
    assertThat(health.getDetails()).isEqualTo(Map.of("reason", "not listening"));
  }

  @Test
  void clientIsDownWithTheLastFailure() {
    client.failed("connection refused");

    Health health = health(clientHealth);

    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
    assertThat(health.getDetails())
        .isEqualTo(Map.of("server", "publisher.example:8080", "lastFailure", "connection refused"));
  }

  @Test
  void clientIsUpWhileConnected() {
    client.failed("connection refused");
    client.connected(ConnectionInfos.trusted("a"));

    Health health = health(clientHealth);

    assertThat(health.getStatus()).isEqualTo(Status.UP);
    assertThat(health.getDetails()).containsKeys("connectedSince", "lastFailure");
  }

  private static Health health(HealthIndicator indicator) {
    return Objects.requireNonNull(indicator.health());
  }
}
