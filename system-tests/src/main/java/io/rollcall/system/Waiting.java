package io.rollcall.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Bounded waiting for something that another process does. */
final class Waiting {

  private static final Duration STEP = Duration.ofMillis(20);

  private Waiting() {}

  /**
   * Looks again and again.
   *
   * @throws IllegalStateException when it did not come true in time, naming what was waited for
   */
  static void until(String what, Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new IllegalStateException("waited " + limit.toSeconds() + " s in vain for " + what);
      }
      LockSupport.parkNanos(STEP.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted while waiting for " + what);
      }
    }
  }
}
