package io.rollcall.transport.health;

import io.rollcall.transport.ClientStats;
import io.rollcall.transport.TransportClient;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the client is connected. Meant for a health group of its own, not for readiness: when
 * the server is away, nothing gets better by taking this application out of service too.
 */
public final class TransportClientHealthIndicator extends AbstractHealthIndicator {

  private final TransportClient client;

  /** Watches this client. */
  public TransportClientHealthIndicator(TransportClient client) {
    super("The transport client could not be asked");
    this.client = client;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    ClientStats stats = client.stats();
    if (stats.connected()) {
      builder.up();
    } else {
      builder.down();
    }
    builder.withDetail("server", stats.serverAddress());
    stats
        .connection()
        .ifPresent(connection ->
            builder
                .withDetail("connectedSince", connection.connectedAt())
                .withDetail("handshake", connection.handshake().word())
                .withDetail("tls", connection.tls()));
    stats.lastFailure().ifPresent(failure -> builder.withDetail("lastFailure", failure));
  }
}
