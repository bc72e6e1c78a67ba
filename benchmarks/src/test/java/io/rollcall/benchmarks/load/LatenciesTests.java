package io.rollcall.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rollcall.benchmarks.result.Metric;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTests {

  private static final long MILLI = 1_000_000;

  private final Latencies latencies = new Latencies();

  @Test
  void countsNothingBeforeThereIsAWindow() {
    latencies.record(0, MILLI);
    assertThat(latencies.count()).isZero();
    assertThat(latencies.figures(Duration.ofSeconds(1))).containsOnlyKeys(Metric.RATE);
  }

  @Test
  void countsWhatEndsWithinTheWindowWithItsWholeLength() {
    latencies.window(10 * MILLI, 20 * MILLI);
    latencies.record(0, 9 * MILLI);
    latencies.record(0, 10 * MILLI);
    latencies.record(15 * MILLI, 19 * MILLI);
    latencies.record(15 * MILLI, 20 * MILLI);
    assertThat(latencies.count()).isEqualTo(2);
    assertThat(latencies.figures(Duration.ofMillis(10)))
        .hasEntrySatisfying(Metric.RATE, rate -> assertThat(rate).isEqualTo(200))
        .hasEntrySatisfying(Metric.MAX, max -> assertThat(max).isCloseTo(10_000, within(20.0)));
  }

  @Test
  void aServerThatStoppedForAWhileIsSeenInEveryOperationThatWasDueMeanwhile() {
    // 1,000 a second; the server answers at once, but for one second in the middle.
    latencies.window(0, Duration.ofSeconds(3).toNanos());
    Pace pace = new Pace(0, 1_000);
    for (long now = 0; now < Duration.ofSeconds(3).toNanos(); now += MILLI) {
      if (now >= Duration.ofSeconds(1).toNanos() && now < Duration.ofSeconds(2).toNanos()) {
        continue;
      }
      while (pace.isDue(now)) {
        latencies.record(pace.take(), now);
      }
    }
    assertThat(latencies.count()).isEqualTo(3_000);
    // A third of them waited between nothing and a second: sent one by one, one of them had.
    assertThat(latencies.figures(Duration.ofSeconds(3)))
        .hasEntrySatisfying(Metric.P50, p50 -> assertThat(p50).isCloseTo(0, within(1.0)))
        .hasEntrySatisfying(
            Metric.P99, p99 -> assertThat(p99).isCloseTo(970_000, within(10_000.0)));
  }

  @Test
  void whatIsLongerThanTheRangeCountsAsTheLongest() {
    latencies.window(0, Long.MAX_VALUE);
    latencies.record(0, Duration.ofHours(1).toNanos());
    assertThat(latencies.figures(Duration.ofSeconds(1)))
        .hasEntrySatisfying(Metric.MAX, max -> assertThat(max).isGreaterThan(119e6));
  }

  @Test
  void timesMayPassTheEndOfTheirRange() {
    long start = Long.MAX_VALUE - 5;
    latencies.window(start, start + 10);
    latencies.record(start, start + 7);
    latencies.record(start, start + 12);
    assertThat(latencies.count()).isEqualTo(1);
  }
}
