package io.rollcall.publisher.ops;

import io.rollcall.publisher.coordination.DecisionLog;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Whether decisions can be written, and whether they outlive the process. */
public final class StorageHealthIndicator extends AbstractHealthIndicator {

  private final DecisionLog decisions;

  /** Watches this log. */
  public StorageHealthIndicator(DecisionLog decisions) {
    this.decisions = decisions;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder
        .status(decisions.isWritable() ? "UP" : "DOWN")
        .withDetail("storage", decisions.description())
        .withDetail("durable", decisions.isDurable());
    decisions.fault().ifPresent(why -> builder.withDetail("fault", why));
  }
}
