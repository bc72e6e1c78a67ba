package io.rollcall.transport.health;

import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.TransportServer;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the server listens and can accept. The number of connections is a detail: a server
 * without peers, or with as many as it takes, is as healthy as any.
 */
public final class TransportServerHealthIndicator extends AbstractHealthIndicator {

  /** A list is for a glance; the endpoint has them all. */
  private static final int MOST_NAMED = 20;

  private final TransportServer server;

  /** Watches this server. */
  public TransportServerHealthIndicator(TransportServer server) {
    super("The transport server could not be asked");
    this.server = server;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    if (!server.isRunning()) {
      builder.down().withDetail("reason", "not listening");
      return;
    }
    server
        .acceptProblem()
        .ifPresentOrElse(
            problem -> builder.down().withDetail("reason", "cannot accept connections: " + problem),
            builder::up);
    builder
        .withDetail("address", ListenAddress.of(server.address()).toString())
        .withDetail("connections", server.connectionCount())
        .withDetail("handshakeV1", overV1());
  }

  /** Each identity once, in order; what is over the bound is counted. */
  private List<String> overV1() {
    List<String> identities =
        server.connections().stream()
            .filter(connection -> connection.handshake() == HandshakeVersion.V1)
            .map(connection -> connection.identity().label())
            .distinct()
            .sorted()
            .toList();
    if (identities.size() <= MOST_NAMED) {
      return identities;
    }
    List<String> named = new ArrayList<>(identities.subList(0, MOST_NAMED));
    named.add("and %d more".formatted(identities.size() - MOST_NAMED));
    return named;
  }
}
