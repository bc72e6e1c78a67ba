package io.rollcall.transport.dispatch;

import java.time.Duration;

/**
 * How much of an event loop's time goes to handlers: half at most, so that much of what returns at
 * once does not keep other connections waiting for long. Belongs to one event loop.
 */
final class LoopShare {

  /** Time is counted in windows, so that an event loop that was idle owes nobody anything. */
  static final long WINDOW_NANOS = Duration.ofMillis(2).toNanos();

  private static final long MOST_NANOS = WINDOW_NANOS / 2;

  private long windowBegan;
  private long used;

  /** Begins where the first window begins. */
  LoopShare(long nowNanos) {
    this.windowBegan = nowNanos;
  }

  /** Whether a handler may be called now. */
  boolean isLeft(long nowNanos) {
    if (nowNanos - windowBegan >= WINDOW_NANOS) {
      windowBegan = nowNanos;
      used = 0;
    }
    return used < MOST_NANOS;
  }

  /** A handler took so long. */
  void took(long nanos) {
    used += nanos;
  }
}
