package io.rollcall.transport.audit;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many lines of one kind may be written: at most so many in each window of ten seconds, because
 * strangers must not fill a log. Safe for any thread.
 */
final class LogQuota {

  static final long WINDOW_NANOS = 10_000_000_000L;

  /** What {@link #take} answers when this line may not be written. */
  static final long KEPT_BACK = -1;

  private final int mostInWindow;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private long windowBegan;
  private int inWindow;
  private long keptBack;

  LogQuota(int mostInWindow, LongSupplier nanoTime) {
    this.mostInWindow = mostInWindow;
    this.nanoTime = nanoTime;
    this.windowBegan = nanoTime.getAsLong();
  }

  /** {@link #KEPT_BACK}, or how many lines were kept back since the last one that was written. */
  long take() {
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      if (now - windowBegan >= WINDOW_NANOS) {
        windowBegan = now;
        inWindow = 0;
      }
      if (inWindow == mostInWindow) {
        keptBack++;
        return KEPT_BACK;
      }
      inWindow++;
      long before = keptBack;
      keptBack = 0;
      return before;
    } finally {
      lock.unlock();
    }
  }
}
