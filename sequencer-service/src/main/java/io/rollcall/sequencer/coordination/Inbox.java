package io.rollcall.sequencer.coordination;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The coordinator's queue: many threads put, one takes everything that is there.
 *
 * <p>Bounded in entries and in bytes. At either bound {@link #put} waits, which stops the caller's
 * connection from being read; an entry larger than the byte bound is let in when the queue is
 * empty. Once closed, nothing is accepted any more.
 */
final class Inbox<T> {

  /** As long as it takes: for a taker without a deadline. */
  static final long FOREVER_NANOS = TimeUnit.DAYS.toNanos(365);

  private final int maxEntries;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Condition notFull = lock.newCondition();
  private List<T> entries = new ArrayList<>();
  private long bytes;
  private boolean closed;

  Inbox(int maxEntries, long maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /**
   * Adds an entry, waiting for room.
   *
   * @return false when the queue is closed and the entry was not taken
   * @throws InterruptedException when interrupted while it waited; the entry was not taken
   */
  boolean put(T entry, long size) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && isFullFor(size)) {
        notFull.await();
      }
      if (closed) {
        return false;
      }
      entries.add(entry);
      bytes += size;
      if (entries.size() == 1) {
        notEmpty.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes everything, waiting for the first entry no longer than told, or until closed.
   *
   * @return what was there, in the order it was put; empty after the time or a close
   */
  List<T> takeAll(long maxWaitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = maxWaitNanos;
      while (entries.isEmpty() && !closed && left > 0) {
        left = notEmpty.awaitNanos(left);
      }
      List<T> taken = entries;
      entries = new ArrayList<>(Math.min(maxEntries, Math.max(16, taken.size())));
      bytes = 0;
      notFull.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Accepts nothing from now on; whoever waits for room is sent away. */
  void close() {
    lock.lock();
    try {
      closed = true;
      notEmpty.signal();
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How many threads wait for room. */
  int waiters() {
    lock.lock();
    try {
      return lock.getWaitQueueLength(notFull);
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean isFullFor(long size) {
    return entries.size() >= maxEntries || (!entries.isEmpty() && bytes + size > maxBytes);
  }
}
