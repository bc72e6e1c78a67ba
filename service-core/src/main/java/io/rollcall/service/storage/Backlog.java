package io.rollcall.service.storage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for one taker, in order, bounded by what it holds. Who puts waits while there is no
 * room; who takes lets it gather, since what many rows change together is cheaper than each alone:
 * little load for a moment, much load until a share is full or for longer. Any thread may put; one
 * takes.
 *
 * @param <T> one row's worth
 */
final class Backlog<T> {

  /** What gathers for a moment in any case. */
  static final Duration MOMENT = Duration.ofMillis(100);

  /** As many as come within a moment where it is worth to gather for longer. */
  static final int MANY = 20;

  private record Entry<T>(T item, long size) {}

  private final long most;
  private final long share;
  private final Duration longest;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  /** The first of all, a full share, or the end. */
  private final Condition worthTaking = lock.newCondition();

  private final ArrayDeque<Entry<T>> entries = new ArrayDeque<>();
  private long size;
  private boolean closed;

  /**
   * An empty one.
   *
   * @param most what all together may hold, but for one that alone holds more
   * @param share what is taken at once, likewise
   * @param longest how long much gathers at most
   */
  Backlog(long most, long share, Duration longest) {
    this.most = most;
    this.share = share;
    this.longest = longest;
  }

  /**
   * Adds one, waiting for room.
   *
   * @param holds how much of the bound it takes, 1 at least
   */
  void put(T item, long holds) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!fits(holds)) {
        room.await();
      }
      boolean first = entries.isEmpty();
      entries.addLast(new Entry<>(item, holds));
      size += holds;
      if (first || size >= share) {
        worthTaking.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(long holds) {
    return entries.isEmpty() || size + holds <= most;
  }

  /** Whether {@link #put} waits now, or would for what holds least. */
  boolean isFull() {
    lock.lock();
    try {
      return lock.hasWaiters(room) || !fits(1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a share of what has gathered.
   *
   * @param patience how long to wait for the first
   * @return empty when none came, or it was closed and none is left
   */
  List<T> take(Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = patience.toNanos();
      while (entries.isEmpty() && !closed && nanos > 0) {
        nanos = worthTaking.awaitNanos(nanos);
      }
      if (!entries.isEmpty()) {
        gather();
      }
      return takeShare();
    } finally {
      lock.unlock();
    }
  }

  private void gather() throws InterruptedException {
    int before;
    long left = longest.toNanos();
    do {
      before = entries.size();
      long moment = MOMENT.toNanos();
      while (size < share && !closed && moment > 0) {
        moment = worthTaking.awaitNanos(moment);
      }
      left -= MOMENT.toNanos();
    } while (size < share && !closed && left > 0 && entries.size() - before >= MANY);
  }

  private List<T> takeShare() {
    List<T> taken = new ArrayList<>();
    long held = 0;
    while (!entries.isEmpty() && (taken.isEmpty() || held + entries.getFirst().size() <= share)) {
      Entry<T> next = entries.removeFirst();
      taken.add(next.item());
      held += next.size();
    }
    size -= held;
    room.signalAll();
    return taken;
  }

  /** Whether none is expected any more. */
  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Whether none is left and none is expected. */
  boolean isDone() {
    lock.lock();
    try {
      return closed && entries.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** What is there is taken without waiting for more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      worthTaking.signal();
    } finally {
      lock.unlock();
    }
  }
}
