package io.rollcall.transport.retry;

import java.time.Duration;

/**
 * How long waits between dials may be. They double from the first to the ceiling, and each is drawn
 * from nothing to that much (full jitter), so clients that lost one server do not return together.
 *
 * @param firstDelay most the first wait may take
 * @param ceiling most any wait may take
 * @param afterAuthFailure least a wait takes after the server refused who we are; it needs an
 *     operator, not another attempt
 */
public record RetryPolicy(Duration firstDelay, Duration ceiling, Duration afterAuthFailure) {

  /** Most any wait takes, unless the first delay is longer. */
  public static final Duration CEILING = Duration.ofSeconds(60);

  /** Least a wait takes after AUTH_FAILURE. */
  public static final Duration AFTER_AUTH_FAILURE = Duration.ofSeconds(5);

  /** Checks that every wait is positive and the ceiling no lower than the first. */
  public RetryPolicy {
    if (!firstDelay.isPositive()) {
      throw new IllegalArgumentException("first delay is " + firstDelay + ", expected more than 0");
    }
    if (ceiling.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "ceiling " + ceiling + " is below the first delay " + firstDelay);
    }
    if (afterAuthFailure.isNegative()) {
      throw new IllegalArgumentException("wait after AUTH_FAILURE is " + afterAuthFailure);
    }
  }

  /** The defaults, beginning with this delay. A delay above the ceiling raises it. */
  public static RetryPolicy startingAt(Duration firstDelay) {
    Duration ceiling = firstDelay.compareTo(CEILING) > 0 ? firstDelay : CEILING;
    return new RetryPolicy(firstDelay, ceiling, AFTER_AUTH_FAILURE);
  }
}
