package io.rollcall.service.coordination;

import java.time.Instant;

/**
 * Tells the time to the state machine: nanoseconds since the Unix epoch that never run backwards.
 * Safe for any thread.
 */
@FunctionalInterface
public interface NanoClock {

  /** Now, in nanoseconds since the Unix epoch; never less than an earlier answer. */
  long nanos();

  /**
   * Wall time as it was at this call, carried on by the machine's steady timer: setting the
   * system's clock later changes no time-out.
   */
  static NanoClock anchored() {
    Instant now = Instant.now();
    long anchor =
        Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    long started = System.nanoTime();
    return () -> anchor + (System.nanoTime() - started);
  }
}
