package io.rollcall.service.coordination;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator's queue: many threads put, one takes everything that is there.
 *
 * <p>Bounded in entries and in bytes, for each source of entries and for all together. At a bound
 * {@link #put} waits, which stops the caller's connection from being read. A source of which
 * nothing waits always finds room for one entry, unless its bytes do not fit: so one that floods
 * waits for itself and not others for it. An entry with more bytes than a bound is let in where no
 * bytes wait. {@link #putAtOnce} is for those that may not wait, and have seen that there {@link
 * #hasRoom is room}; {@link #putUnhurried} for those that besides are in no hurry: the taker,
 * having taken one, rests for a moment before it takes further ones, unless something else comes.
 * So many of them cost it one wake-up. Once closed, nothing is accepted any more.
 */
final class Inbox<T> {

  /** As long as it takes: for a taker without a deadline. */
  static final long FOREVER_NANOS = TimeUnit.DAYS.toNanos(365);

  private static final Share NOTHING = new Share();

  private final SingleWriter.Bounds bounds;
  private final long restNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Condition notFull = lock.newCondition();
  private List<T> entries = new ArrayList<>();
  private long bytes;
  private Map<Object, Share> shares = new HashMap<>();
  // Whether something waits, for room or to be taken, that is in a hurry; or is there and is in
  // none.
  private boolean hurried;
  private boolean unhurried;
  // Whether the taker is to rest before it takes again, and whether it does so now.
  private boolean rests;
  private boolean resting;
  private boolean closed;

  /**
   * Empty.
   *
   * @param rest how long what is in no hurry may wait for more of its kind
   */
  Inbox(SingleWriter.Bounds bounds, Duration rest) {
    this.bounds = bounds;
    this.restNanos = rest.toNanos();
  }

  /**
   * Adds an entry, waiting for room.
   *
   * @param source whose entry it is, by equality
   * @param size what it takes in bytes, beside what every entry takes
   * @return false when the queue is closed and the entry was not taken
   * @throws InterruptedException when interrupted while it waited; the entry was not taken
   */
  boolean put(Object source, T entry, long size) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && isFullFor(shares.get(source), size)) {
        hurry();
        notFull.await();
      }
      hurry();
      return add(source, entry, size);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds an entry, beyond the bounds if need be, and never waits.
   *
   * @param source whose entry it is, by equality
   * @param size what it takes in bytes, beside what every entry takes
   * @return false when the queue is closed and the entry was not taken
   */
  boolean putAtOnce(Object source, T entry, long size) {
    lock.lock();
    try {
      hurry();
      return add(source, entry, size);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether so much more of this source would be within all bounds now.
   *
   * @param more how many entries
   * @param size their bytes together
   */
  boolean hasRoom(Object source, int more, long size) {
    lock.lock();
    try {
      Share waiting = shares.getOrDefault(source, NOTHING);
      return entries.size() + more <= bounds.entries()
          && waiting.entries + more <= bounds.entriesOfSource()
          && !exceeds(bytes, size, bounds.bytes())
          && !exceeds(waiting.bytes, size, bounds.bytesOfSource());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds an entry without a size, beyond the bounds if need be, and never waits. It is in no hurry.
   *
   * @param source whose entry it is, by equality
   * @return false when the queue is closed and the entry was not taken
   */
  boolean putUnhurried(Object source, T entry) {
    lock.lock();
    try {
      unhurried = true;
      return add(source, entry, 0);
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private boolean add(Object source, T entry, long size) {
    if (closed) {
      return false;
    }
    entries.add(entry);
    bytes += size;
    shares.computeIfAbsent(source, _ -> new Share()).add(size);
    if (entries.size() == 1 && !resting) {
      notEmpty.signal();
    }
    return true;
  }

  /** Ends a rest, or spares the next one. Under the lock. */
  private void hurry() {
    if (resting && !hurried) {
      notEmpty.signal();
    }
    hurried = true;
  }

  /**
   * Takes everything, waiting for the first entry no longer than told, or until closed.
   *
   * @return what was there, in the order it was put; empty after the time or a close
   */
  List<T> takeAll(long maxWaitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = rests ? maxWaitNanos - rest(Math.min(maxWaitNanos, restNanos)) : maxWaitNanos;
      while (entries.isEmpty() && !closed && left > 0) {
        left = notEmpty.awaitNanos(left);
      }
      List<T> taken = entries;
      entries = new ArrayList<>(Math.min(bounds.entries(), Math.max(16, taken.size())));
      bytes = 0;
      shares = new HashMap<>();
      rests = unhurried;
      unhurried = false;
      hurried = false;
      notFull.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Lets what is in no hurry gather. Returns how long it took. */
  private long rest(long atMost) throws InterruptedException {
    resting = true;
    try {
      long left = atMost;
      while (!hurried && !closed && left > 0) {
        left = notEmpty.awaitNanos(left);
      }
      return atMost - left;
    } finally {
      resting = false;
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

  private boolean isFullFor(@Nullable Share waiting, long size) {
    if (exceeds(bytes, size, bounds.bytes())) {
      return true;
    }
    return waiting != null
        && (entries.size() >= bounds.entries()
            || waiting.entries >= bounds.entriesOfSource()
            || exceeds(waiting.bytes, size, bounds.bytesOfSource()));
  }

  private static boolean exceeds(long there, long more, long bound) {
    return there > 0 && more > 0 && there + more > bound;
  }

  /** What waits of one source. */
  private static final class Share {
    private int entries;
    private long bytes;

    private void add(long size) {
      entries++;
      bytes += size;
    }
  }
}
