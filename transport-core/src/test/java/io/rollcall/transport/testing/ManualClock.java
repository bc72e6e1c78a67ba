package io.rollcall.transport.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that goes only when it is told to. Safe for any thread. */
public final class ManualClock implements InstantSource {

  private final AtomicReference<Instant> now;

  /** Stands at this time. */
  public ManualClock(Instant start) {
    now = new AtomicReference<>(start);
  }

  /** Goes forward. */
  public void advance(Duration by) {
    now.updateAndGet(instant -> instant.plus(by));
  }

  @Override
  public Instant instant() {
    return now.get();
  }
}
