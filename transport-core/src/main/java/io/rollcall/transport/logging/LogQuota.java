package io.rollcall.transport.logging;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many lines of one kind may be written: at most so many in each window of ten seconds, because
 * peers must not fill a log. Safe for any thread.
 */
public final class LogQuota {

  /** How many lines most kinds may have. */
  public static final int USUAL = 20;

  /** The length of a window. */
  public static final long WINDOW_NANOS = 10_000_000_000L;

  /** What {@link #take} answers when this line may not be written. */
  public static final long KEPT_BACK = -1;

  private final int mostInWindow;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private long windowBegan;
  private int inWindow;
  private long keptBack;

  /**
   * A quota of which nothing is used.
   *
   * @param nanoTime a steady clock
   */
  public LogQuota(int mostInWindow, LongSupplier nanoTime) {
    this.mostInWindow = mostInWindow;
    this.nanoTime = nanoTime;
    this.windowBegan = nanoTime.getAsLong();
  }

  /** {@link #KEPT_BACK}, or how many lines were kept back since the last one that was written. */
  public long take() {
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
