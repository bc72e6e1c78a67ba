package io.rollcall.transport.health;

import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Down while the file of trusted keys is not used as it stands. What it said before still holds and
 * peers are served, so it is no part of readiness: it is there to be seen by a person.
 */
public final class TrustedSequencersFileHealthIndicator extends AbstractHealthIndicator {

  private final Supplier<Optional<String>> problem;

  /** Asks this for the reason. */
  public TrustedSequencersFileHealthIndicator(Supplier<Optional<String>> problem) {
    super("The file of trusted keys could not be asked");
    this.problem = problem;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    problem
        .get()
        .ifPresentOrElse(reason -> builder.down().withDetail("reason", reason), builder::up);
  }
}
