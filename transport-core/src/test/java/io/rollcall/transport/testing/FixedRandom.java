package io.rollcall.transport.testing;

import java.util.random.RandomGenerator;

/**
 * Draws always at the same place of what is asked for, so that jitter can be told in advance. Safe
 * for any thread.
 *
 * @param part 0 for the least, 1 for the most
 */
public record FixedRandom(double part) implements RandomGenerator {

  /** Every wait as long as it can be. */
  public static final FixedRandom MOST = new FixedRandom(1);

  /** Every wait as short as it can be. */
  public static final FixedRandom LEAST = new FixedRandom(0);

  @Override
  public long nextLong() {
    return nextLong(Long.MAX_VALUE);
  }

  @Override
  public long nextLong(long bound) {
    return Math.round(part * (bound - 1));
  }
}
