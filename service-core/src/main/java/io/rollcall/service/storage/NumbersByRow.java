package io.rollcall.service.storage;

import java.util.ArrayDeque;

/**
 * Which number had been given when a row was written: tells from how far the projection has come
 * which outcomes it holds. Safe for any thread. As long as the rows that the projector has before
 * it.
 */
public final class NumbersByRow {

  private record Given(long sequence, long number) {}

  private final ArrayDeque<Given> ahead = new ArrayDeque<>();
  private long projected;

  /** Everything up to this number is in the projection. */
  public NumbersByRow(long projected) {
    this.projected = projected;
  }

  /** This row was written, and this number was the last that was given by then. */
  public synchronized void written(long sequence, long number) {
    ahead.addLast(new Given(sequence, number));
  }

  /** The last number that the projection holds when it has come to this row. */
  public synchronized long projected(long appliedSequence) {
    Given next = ahead.peekFirst();
    while (next != null && next.sequence() <= appliedSequence) {
      projected = Math.max(projected, next.number());
      ahead.removeFirst();
      next = ahead.peekFirst();
    }
    return projected;
  }
}
