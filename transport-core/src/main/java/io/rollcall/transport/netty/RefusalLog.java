package io.rollcall.transport.netty;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Refused peers at WARN, but no more than a few in a while: strangers must not fill a log. The rest
 * go to DEBUG, and the next WARN says how many they were. Safe for any thread.
 */
final class RefusalLog {

  static final int MOST_IN_A_WINDOW = 20;
  static final long WINDOW_NANOS = 10_000_000_000L;

  private final Logger log;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private long windowBegan;
  private int inWindow;
  private long kept;

  RefusalLog(Logger log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.windowBegan = nanoTime.getAsLong();
  }

  void refused(Link link, String text) {
    long left = take();
    if (left < 0) {
      log.debug("{} {} {}", link.id(), link.remote(), text);
    } else if (left == 0) {
      log.warn("{} {} {}", link.id(), link.remote(), text);
    } else {
      log.warn("{} {} {} ({} more were refused before)", link.id(), link.remote(), text, left);
    }
  }

  /** Negative: not now; else how many were kept back since the last. */
  private long take() {
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      if (now - windowBegan >= WINDOW_NANOS) {
        windowBegan = now;
        inWindow = 0;
      }
      if (inWindow == MOST_IN_A_WINDOW) {
        kept++;
        return -1;
      }
      inWindow++;
      long left = kept;
      kept = 0;
      return left;
    } finally {
      lock.unlock();
    }
  }
}
