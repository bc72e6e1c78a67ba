package io.rollcall.transport.health;

import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.TransportServer;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the server listens and can accept. The number of connections is a detail: a server
 * without peers, or with as many as it takes, is as healthy as any.
 */
public final class TransportServerHealthIndicator extends AbstractHealthIndicator {

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
        .withDetail("connections", server.connectionCount());
  }
}
