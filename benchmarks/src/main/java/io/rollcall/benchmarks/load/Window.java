package io.rollcall.benchmarks.load;

import io.rollcall.benchmarks.result.Metric;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The time in which a run is measured.
 *
 * @param warmUp runs before it under the same load
 * @param duration how long it is
 * @param serverCpu processor time that the server's process has used since its start
 */
public record Window(Duration warmUp, Duration duration, Supplier<Duration> serverCpu) {

  /** Waits for the end of the window while a load runs, and says what was in it. */
  Map<Metric, Double> measure(Generator generator, Latencies latencies)
      throws InterruptedException {
    generator.run(warmUp);
    Duration before = serverCpu.get();
    generator.call(() -> {
      long now = System.nanoTime();
      latencies.window(now, now + duration.toNanos());
      return now;
    });
    generator.run(duration);
    Duration used = serverCpu.get().minus(before);
    return generator.call(() -> {
      Map<Metric, Double> figures = latencies.figures(duration);
      if (latencies.count() > 0) {
        figures.put(Metric.CPU, used.toNanos() / 1e3 / latencies.count());
      }
      return figures;
    });
  }
}
