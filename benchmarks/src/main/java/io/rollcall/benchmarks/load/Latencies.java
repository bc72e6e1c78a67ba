package io.rollcall.benchmarks.load;

import io.rollcall.benchmarks.result.Metric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How long operations took, within one window of time. An operation counts where it ends within the
 * window; what began earlier counts with its whole length. One thread.
 */
public final class Latencies {

  /** The histogram's range; what takes longer counts as this long. */
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);

  private final Histogram histogram = new Histogram(LONGEST, 3);
  private long from = Long.MAX_VALUE;
  private long until = Long.MAX_VALUE;
  private long count;

  /** Begins to count at {@code from}, and ends at {@code until}; of {@code System.nanoTime()}. */
  public void window(long from, long until) {
    this.from = from;
    this.until = until;
  }

  /**
   * One operation ended.
   *
   * @param began when it was to begin: by a rate, the time it was due, however late it was sent
   * @param now when it ended
   */
  public void record(long began, long now) {
    // Differences, because nanoTime may pass the end of its range.
    if (from == Long.MAX_VALUE || now - from < 0 || now - until >= 0) {
      return;
    }
    count++;
    histogram.recordValue(Math.clamp(now - began, 0, LONGEST));
  }

  /** Operations within the window. */
  public long count() {
    return count;
  }

  /** Rate and percentiles over a window of this length. */
  public Map<Metric, Double> figures(Duration window) {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.RATE, count / (window.toNanos() / 1e9));
    if (count > 0) {
      figures.put(Metric.P50, micros(50));
      figures.put(Metric.P99, micros(99));
      figures.put(Metric.P999, micros(99.9));
      figures.put(Metric.MAX, histogram.getMaxValue() / 1e3);
    }
    return figures;
  }

  private double micros(double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1e3;
  }
}
