package io.rollcall.benchmarks.load;

import java.util.Arrays;

/** When the operations began that have no answer yet, the oldest first. Grows; one thread. */
final class Times {

  private long[] ring = new long[16];
  private int first;
  private int size;

  void add(long nanos) {
    if (size == ring.length) {
      long[] larger = Arrays.copyOfRange(ring, first, first + 2 * size);
      System.arraycopy(ring, 0, larger, size - first, first);
      ring = larger;
      first = 0;
    }
    ring[(first + size++) & (ring.length - 1)] = nanos;
  }

  boolean isEmpty() {
    return size == 0;
  }

  long take() {
    if (size == 0) {
      throw new IllegalStateException("an answer to nothing that was sent");
    }
    long nanos = ring[first];
    first = (first + 1) & (ring.length - 1);
    size--;
    return nanos;
  }
}
