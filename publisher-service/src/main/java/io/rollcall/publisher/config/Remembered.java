package io.rollcall.publisher.config;

/**
 * How many finished XTs are remembered while state is in memory: those of {@code
 * publisher.retention.count}, but never more than fit into half of the heap. A process that ran out
 * of memory would forget all of them.
 *
 * @param configured what was asked for
 * @param count what is kept
 */
record Remembered(int configured, int count) {

  /** What one takes at most, on average: its row, its decision, and their places in the indexes. */
  static final int BYTES_EACH = 840;

  static Remembered of(int configured, long maxHeapBytes) {
    long fitting = Math.max(1, maxHeapBytes / 2 / BYTES_EACH);
    return new Remembered(configured, (int) Math.min(configured, fitting));
  }

  boolean isFewerThanConfigured() {
    return count < configured;
  }
}
