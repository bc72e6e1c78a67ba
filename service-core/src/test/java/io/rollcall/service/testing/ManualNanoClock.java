package io.rollcall.service.testing;

import io.rollcall.service.coordination.NanoClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when it is told to. Safe for any thread. */
public final class ManualNanoClock implements NanoClock {

  /** Where it starts. */
  public static final long START = Duration.ofDays(20_000).toNanos();

  private final AtomicLong now = new AtomicLong(START);

  /** Stands at {@link #START}. */
  public ManualNanoClock() {}

  @Override
  public long nanos() {
    return now.get();
  }

  /** Moves on. */
  public void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
