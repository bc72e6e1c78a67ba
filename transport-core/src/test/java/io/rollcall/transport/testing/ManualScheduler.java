package io.rollcall.transport.testing;

import io.rollcall.transport.retry.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler whose time stands still until a test moves it; due tasks then run on the test's
 * thread, in the order of their time. Safe for any thread.
 */
public final class ManualScheduler implements Scheduler {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::order));
  private long now;
  private long order;

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Runnable schedule(Runnable task, Duration delay) {
    lock.lock();
    try {
      Task scheduled = new Task(now + delay.toNanos(), order++, task);
      tasks.add(scheduled);
      changed.signalAll();
      return () -> cancel(scheduled);
    } finally {
      lock.unlock();
    }
  }

  private void cancel(Task task) {
    lock.lock();
    try {
      tasks.remove(task);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Moves time and runs what becomes due on the way. */
  public void advance(Duration by) {
    long end = nanoTime() + by.toNanos();
    for (Task next = takeUntil(end); next != null; next = takeUntil(end)) {
      next.task.run();
    }
  }

  private @Nullable Task takeUntil(long end) {
    lock.lock();
    try {
      Task next = tasks.peek();
      if (next == null || next.due > end) {
        now = end;
        return null;
      }
      tasks.remove();
      now = Math.max(now, next.due);
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Tasks that wait. */
  public int waiting() {
    lock.lock();
    try {
      return tasks.size();
    } finally {
      lock.unlock();
    }
  }

  /** How long from now until the next task; empty when none waits. */
  public Optional<Duration> nextIn() {
    lock.lock();
    try {
      return Optional.ofNullable(tasks.peek()).map(task -> Duration.ofNanos(task.due - now));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits in real time until other threads have scheduled, and cancelled, so that the next task is
   * due in exactly this much.
   *
   * @throws AssertionError when that takes longer than 10 seconds
   */
  public void awaitNextIn(Duration expected) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(10);
    lock.lockInterruptibly();
    try {
      while (tasks.peek() == null || tasks.peek().due - now != expected.toNanos()) {
        if (left <= 0) {
          throw new AssertionError("no task is due in " + expected + ", but in " + nextIn());
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private record Task(long due, long order, Runnable task) {}
}
