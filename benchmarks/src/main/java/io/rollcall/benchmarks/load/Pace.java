package io.rollcall.benchmarks.load;

/**
 * When operations are due, by a fixed rate. It never waits for a server: one that falls behind gets
 * what it missed all at once, and every one of those counts from the time it was due.
 */
public final class Pace {

  private final long start;
  private final double perSecond;
  private long taken;

  /**
   * The first is due at once.
   *
   * @param start of {@code System.nanoTime()}
   */
  public Pace(long start, double perSecond) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("a rate of " + perSecond + ", expected more than 0");
    }
    this.start = start;
    this.perSecond = perSecond;
  }

  /** When the next one is due. */
  public long next() {
    return start + (long) (taken * 1e9 / perSecond);
  }

  /** Whether the next one is due by now. */
  public boolean isDue(long now) {
    return now - next() >= 0;
  }

  /** Takes the next one, and says when it was due. */
  public long take() {
    long due = next();
    taken++;
    return due;
  }
}
