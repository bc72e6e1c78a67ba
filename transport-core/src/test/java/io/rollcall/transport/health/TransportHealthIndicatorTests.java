package io.rollcall.transport.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.testing.ConnectionInfos;
import io.rollcall.transport.testing.FakeTransportClient;
import io.rollcall.transport.testing.FakeTransportServer;
import java.util.List;
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
  void serverNamesWhoIsConnectedByV1EachOnceAndInOrder() {
    server.start();
    server.connections.add(ConnectionInfos.trusted("b"));
    server.connections.add(ConnectionInfos.trusted("a"));
    server.connections.add(ConnectionInfos.trusted("b"));
    server.connections.add(ConnectionInfos.trusted("c", HandshakeVersion.V2, true));
    server.connections.add(ConnectionInfos.trusted("d", HandshakeVersion.NONE, false));

    assertThat(health(serverHealth).getDetails()).containsEntry("handshakeV1", List.of("a", "b"));
  }

  @Test
  void serverNamesTwentyOfThemAndCountsTheOthers() {
    server.start();
    for (int i = 0; i < 20; i++) {
      server.connections.add(ConnectionInfos.trusted("peer-%02d".formatted(i)));
    }
    assertThat(overV1()).hasSize(20).last().isEqualTo("peer-19");

    server.connections.add(ConnectionInfos.trusted("peer-20"));
    server.connections.add(ConnectionInfos.trusted("peer-21"));

    assertThat(overV1()).hasSize(21).contains("peer-19").last().isEqualTo("and 2 more");
  }

  @Test
  void serverSaysThatNobodyIsConnectedByV1() {
    server.start();

    assertThat(overV1()).isEmpty();
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
    assertThat(health.getDetails())
        .containsKeys("connectedSince", "lastFailure")
        .containsEntry("handshake", "v1")
        .containsEntry("tls", false);
  }

  @Test
  void clientSaysWhatTheConnectionIsWorth() {
    client.connected(ConnectionInfos.trusted("a", HandshakeVersion.V2, true));

    assertThat(health(clientHealth).getDetails())
        .containsEntry("handshake", "v2")
        .containsEntry("tls", true);
  }

  private List<Object> overV1() {
    Object detail = Objects.requireNonNull(health(serverHealth).getDetails().get("handshakeV1"));
    return List.copyOf((List<?>) detail);
  }

  private static Health health(HealthIndicator indicator) {
    return Objects.requireNonNull(indicator.health());
  }
}
