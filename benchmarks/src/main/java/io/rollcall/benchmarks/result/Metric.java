package io.rollcall.benchmarks.result;

import java.util.Locale;

/** A figure that a benchmark may give, in the order of the table's columns. */
public enum Metric {
  /** Operations a second; what an operation is, the benchmark says. */
  RATE("op/s", Better.MORE),
  /** Half of the operations took no longer; microseconds, like the other latencies. */
  P50("p50 us", Better.LESS),
  /** 99 of 100 took no longer. */
  P99("p99 us", Better.LESS),
  /** 999 of 1,000 took no longer. */
  P999("p99.9 us", Better.LESS),
  /** The slowest one. */
  MAX("max us", Better.LESS),
  /** The median where nothing else runs. */
  ALONE("one alone, p50 us", Better.LESS),
  /** Processor time of the server's process for one operation, in user and kernel mode. */
  CPU("server CPU us/op", Better.LESS),
  /** Time of one operation inside one JVM. */
  TIME("ns/op", Better.LESS),
  /** What one operation allocates on the heap. */
  ALLOCATED("B/op", Better.LESS),
  /** What is left of a message once it is compressed. */
  COMPRESSED("compressed bytes", Better.LESS),
  /** Resident memory of the server's process for one connection. */
  MEMORY("process KiB each", Better.LESS),
  /** Live heap of the server for one connection. */
  LIVE_HEAP("live heap KiB each", Better.LESS),
  /** Connections that did not live to the end. */
  DROPPED("dropped", Better.LESS),
  /** The rate beside that of the same run without the disturbance. */
  RATIO("ratio to undisturbed", Better.MORE),
  /** From the start of the process. */
  SECONDS("s", Better.LESS),
  /** Megabytes that readers got. */
  DELIVERED("delivered MB", Better.MORE),
  /** The most the heap held at a time. */
  PEAK_HEAP("peak heap MB", Better.LESS),
  /** The most that buffers outside the heap held at a time. */
  PEAK_DIRECT("peak direct MB", Better.LESS),
  /** The most that the process had resident. */
  PEAK_RSS("peak RSS MB", Better.LESS),
  /** Bytes that a server reads for one operation. */
  TO_SERVER("bytes to server", Better.LESS),
  /** Bytes that a server writes for one operation. */
  TO_CLIENT("bytes to client", Better.LESS);

  private enum Better {
    MORE,
    LESS
  }

  private final String label;
  private final Better better;

  Metric(String label, Better better) {
    this.label = label;
    this.better = better;
  }

  /** The head of its column, with the unit. */
  public String label() {
    return label;
  }

  /** Whether a change from the first value to the second is for the better. */
  public boolean improved(double before, double after) {
    return better == Better.MORE ? after > before : after < before;
  }

  /** Three digits that mean something, and no more. */
  static String text(double value) {
    double size = Math.abs(value);
    if (size == 0 || size >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }
}
