package io.rollcall.transport.health;

import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Down while hellos are accepted without being kept over a restart. Peers are served all the same,
 * so it is no part of readiness: it is there to be seen by a person.
 */
public final class ReplayFileHealthIndicator extends AbstractHealthIndicator {

  private final Supplier<Optional<String>> problem;

  /** Asks this for the reason. */
  public ReplayFileHealthIndicator(Supplier<Optional<String>> problem) {
    super("The replay file could not be asked");
    this.problem = problem;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    problem
        .get()
        .ifPresentOrElse(reason -> builder.down().withDetail("reason", reason), builder::up);
  }
}
