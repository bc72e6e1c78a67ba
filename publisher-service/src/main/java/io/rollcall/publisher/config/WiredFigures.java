package io.rollcall.publisher.config;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rollcall.publisher.api.PublisherFigures;
import io.rollcall.publisher.ops.PublisherMetrics;
import io.rollcall.transport.TransportServer;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;

/** Collects the figures of the SDK-compatible pages from where they are. */
final class WiredFigures implements PublisherFigures {

  private final TransportServer server;
  private final PublisherMetrics metrics;
  private final ObjectProvider<PrometheusMeterRegistry> prometheus;
  private final HealthEndpoint health;

  WiredFigures(
      TransportServer server,
      PublisherMetrics metrics,
      ObjectProvider<PrometheusMeterRegistry> prometheus,
      HealthEndpoint health) {
    this.server = server;
    this.metrics = metrics;
    this.prometheus = prometheus;
    this.health = health;
  }

  @Override
  public boolean isReady() {
    HealthDescriptor readiness = health.healthForPath("readiness");
    return readiness != null && readiness.getStatus().equals(Status.UP);
  }

  @Override
  public int connections() {
    return server.connectionCount();
  }

  @Override
  public long messagesProcessed() {
    return metrics.messagesHandled();
  }

  @Override
  public long broadcastsSent() {
    return metrics.messagesSent();
  }

  @Override
  public Optional<String> prometheusText() {
    return Optional.ofNullable(prometheus.getIfAvailable()).map(PrometheusMeterRegistry::scrape);
  }
}
