package io.rollcall.transport.session;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts one connection's offences of the last minute, a sliding one. Remembers the time of as many
 * as close the connection and of no more, and nothing at all before the first. Safe for any thread.
 */
public final class OffenceWindow {

  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

  private static final long[] NONE = {};

  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock: a ring, oldest first.
  private long[] times = NONE;
  private int oldest;
  private int size;

  /** Holds none. */
  public OffenceWindow() {}

  /**
   * One more.
   *
   * @param now of any clock that only goes forward, in nanoseconds
   * @param most how many are told apart, from 1; the same in all calls
   * @return how many there were in the minute that ends now, this one included; {@code most} when
   *     there were more
   */
  public int add(long now, int most) {
    lock.lock();
    try {
      if (times.length == 0) {
        times = new long[most];
      }
      while (size > 0 && now - times[oldest] >= WINDOW_NANOS) {
        forgetOldest();
      }
      if (size == times.length) {
        forgetOldest();
      }
      times[(oldest + size) % times.length] = now;
      size++;
      return size;
    } finally {
      lock.unlock();
    }
  }

  private void forgetOldest() {
    oldest = (oldest + 1) % times.length;
    size--;
  }
}
