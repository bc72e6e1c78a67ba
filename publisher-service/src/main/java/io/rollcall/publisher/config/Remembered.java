package io.rollcall.publisher.config;

/**
 * How many decided XTs are remembered in memory. Where that is all there is: those of {@code
 * publisher.retention.count}, but never more than fit into half of the heap, for a process that ran
 * out of memory would forget all of them. Where there is an archive: as many as are asked for soon
 * after.
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

  /** Enough for every repeat that follows its decision, so that few are looked up on disk. */
  private static final int BEFORE_AN_ARCHIVE = 20_000;

  static Remembered beforeAnArchive(long maxHeapBytes) {
    Remembered fitting = of(BEFORE_AN_ARCHIVE, maxHeapBytes);
    return new Remembered(fitting.count(), fitting.count());
  }

  boolean isFewerThanConfigured() {
    return count < configured;
  }
}
