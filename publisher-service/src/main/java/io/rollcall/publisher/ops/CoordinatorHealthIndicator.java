package io.rollcall.publisher.ops;

import io.rollcall.publisher.coordination.PublisherCoordinator;
import java.time.Duration;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the coordinator can make progress: it runs, and no batch has taken longer than {@value
 * #STUCK_SECONDS} seconds. Belongs to liveness: only a new process helps.
 */
public final class CoordinatorHealthIndicator extends AbstractHealthIndicator {

  private static final int STUCK_SECONDS = 30;
  private static final Duration STUCK = Duration.ofSeconds(STUCK_SECONDS);

  private final PublisherCoordinator coordinator;

  /** Watches this coordinator. */
  public CoordinatorHealthIndicator(PublisherCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Duration busy = coordinator.busyFor();
    builder
        .status(coordinator.isRunning() && busy.compareTo(STUCK) < 0 ? "UP" : "DOWN")
        .withDetail("running", coordinator.isRunning())
        .withDetail("waiting", coordinator.waiting())
        .withDetail("open", coordinator.load().open())
        .withDetail("queued", coordinator.load().queued())
        .withDetail("busyMillis", busy.toMillis());
  }
}
