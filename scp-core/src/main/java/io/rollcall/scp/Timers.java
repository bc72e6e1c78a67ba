package io.rollcall.scp;

import java.util.Comparator;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is due when, earliest first, and in the order of setting at the same time, so that equal
 * runs fire equally. A cancelled timer leaves no trace. Belongs to one machine.
 *
 * @param <T> what is due
 */
final class Timers<T> {

  /** Something due; the handle to cancel it with. */
  record Timer<T>(long atNanos, long sequence, T what) {}

  private final TreeSet<Timer<T>> timers =
      new TreeSet<>(
          Comparator.<Timer<T>>comparingLong(Timer::atNanos).thenComparingLong(Timer::sequence));
  private long sequence;

  Timer<T> set(long atNanos, T what) {
    Timer<T> timer = new Timer<>(atNanos, sequence++, what);
    timers.add(timer);
    return timer;
  }

  void cancel(@Nullable Timer<T> timer) {
    if (timer != null) {
      timers.remove(timer);
    }
  }

  /** Takes out the earliest timer if its time has come. */
  @Nullable T pollDue(long nowNanos) {
    if (timers.isEmpty() || timers.first().atNanos() > nowNanos) {
      return null;
    }
    Timer<T> first = timers.first();
    timers.remove(first);
    return first.what();
  }

  OptionalLong next() {
    return timers.isEmpty() ? OptionalLong.empty() : OptionalLong.of(timers.first().atNanos());
  }
}
