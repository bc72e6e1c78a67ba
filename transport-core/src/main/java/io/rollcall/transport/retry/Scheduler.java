package io.rollcall.transport.retry;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A monotonic clock and something that runs tasks by it; tests put a manual one here. */
public interface Scheduler {

  /** Nanoseconds since some moment, never going back. */
  long nanoTime();

  /**
   * Runs a task once, on a thread of the scheduler; the task does not block.
   *
   * @return cancels it; harmless when it ran
   */
  Runnable schedule(Runnable task, Duration delay);

  /** By the system's clock, on this executor. */
  static Scheduler of(ScheduledExecutorService executor) {
    return new Scheduler() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Runnable schedule(Runnable task, Duration delay) {
        ScheduledFuture<?> scheduled =
            executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
      }
    };
  }
}
