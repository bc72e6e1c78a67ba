package io.rollcall.publisher.ops;

import io.rollcall.publisher.coordination.DecisionLog;
import io.rollcall.publisher.coordination.PublisherCoordinator;
import java.time.Duration;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the coordinator can make progress: it runs, and no batch has taken longer than {@value
 * #STUCK_SECONDS} seconds, unless it waits for its database, which a new process would do too.
 * Belongs to liveness: only a new process helps.
 */
public final class CoordinatorHealthIndicator extends AbstractHealthIndicator {

  private static final int STUCK_SECONDS = 30;
  private static final Duration STUCK = Duration.ofSeconds(STUCK_SECONDS);

  private final PublisherCoordinator coordinator;
  private final DecisionLog decisions;

  /** Watches this coordinator and what it waits for. */
  public CoordinatorHealthIndicator(PublisherCoordinator coordinator, DecisionLog decisions) {
    this.coordinator = coordinator;
    this.decisions = decisions;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Duration busy = coordinator.busyFor();
    boolean stuck = busy.compareTo(STUCK) >= 0 && decisions.isWritable();
    builder
        .status(coordinator.isRunning() && !stuck ? "UP" : "DOWN")
        .withDetail("running", coordinator.isRunning())
        .withDetail("waiting", coordinator.waiting())
        .withDetail("open", coordinator.load().open())
        .withDetail("queued", coordinator.load().queued())
        .withDetail("busyMillis", busy.toMillis());
  }
}
