package io.rollcall.transport.retry;

import io.rollcall.transport.CloseReason;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Turns a {@link RetryPolicy} into waits, one after the other. Its user sees to it that one thread
 * at a time asks for a wait; the policy can be changed by any thread.
 */
public final class Backoff {

  private final RandomGenerator random;
  private volatile RetryPolicy policy;
  private int waits;

  /**
   * Begins at the first delay.
   *
   * @param random draws each wait; it need not be secure
   */
  public Backoff(RetryPolicy policy, RandomGenerator random) {
    this.policy = policy;
    this.random = random;
  }

  /** From the next wait on; how often was waited already still counts. */
  public void setPolicy(RetryPolicy policy) {
    this.policy = policy;
  }

  /** The next wait, after an attempt that ended for this reason. */
  Duration next(CloseReason reason) {
    RetryPolicy now = policy;
    Duration most = now.firstDelay();
    for (int i = 0; i < waits && most.compareTo(now.ceiling()) < 0; i++) {
      most = most.multipliedBy(2);
    }
    if (most.compareTo(now.ceiling()) > 0) {
      most = now.ceiling();
    } else {
      waits++;
    }
    Duration wait = Duration.ofNanos(random.nextLong(most.toNanos() + 1));
    boolean tooSoon = !reason.retryable() && wait.compareTo(now.afterAuthFailure()) < 0;
    return tooSoon ? now.afterAuthFailure() : wait;
  }

  /** Begins at the first delay again. */
  void reset() {
    waits = 0;
  }
}
