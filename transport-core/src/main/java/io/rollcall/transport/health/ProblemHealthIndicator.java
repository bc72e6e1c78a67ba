package io.rollcall.transport.health;

import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Down while there is a problem that somebody should see to, though peers are served all the same:
 * hellos that are not kept over a restart, a file of trusted keys that is not used as it stands. So
 * it is no part of readiness.
 */
public final class ProblemHealthIndicator extends AbstractHealthIndicator {

  private final Supplier<Optional<String>> problem;

  /** Asks this for the problem; empty when there is none. */
  public ProblemHealthIndicator(Supplier<Optional<String>> problem) {
    super("It could not be asked for problems");
    this.problem = problem;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    problem
        .get()
        .ifPresentOrElse(reason -> builder.down().withDetail("reason", reason), builder::up);
  }
}
