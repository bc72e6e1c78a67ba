package io.rollcall.service.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Bounded waiting for what another thread does. */
public final class Waiting {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private Waiting() {}

  /** Returns when the condition holds, fails when it does not within ten seconds. */
  public static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited " + LIMIT + " in vain for " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
