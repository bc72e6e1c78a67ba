package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.ScpLoad;
import io.rollcall.benchmarks.load.Window;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import java.time.Duration;
import java.util.Map;

/** XTs while one more connection, that hears of all of them, does not read. */
public final class StallBenchmark implements Benchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(6);
  private static final int CHAINS = 2;
  private static final int IN_FLIGHT = 256;

  @Override
  public String name() {
    return "stall";
  }

  @Override
  public String about() {
    return "XTs while one peer does not read, beside XTs without it";
  }

  @Override
  public void run(Session session) throws InterruptedException {
    for (int i = 0; i < session.repeats(); i++) {
      try (Publisher publisher = Publishers.start(session, Storage.MEMORY, Sockets.EPOLL);
          Generator generator = new Generator()) {
        Window warmUp = Publishers.window(publisher, WARM_UP.dividedBy(2), WARM_UP.dividedBy(2));
        var _ = ScpLoad.run(generator, publisher.port(), CHAINS, IN_FLIGHT, false, warmUp);
        Window window =
            Publishers.window(publisher, session.duration().dividedBy(4), session.duration());
        // Before and after it, so that what changes with time falls on both.
        double before = rate(undisturbed(generator, publisher, window));
        Map<Metric, Double> stalled =
            ScpLoad.run(generator, publisher.port(), CHAINS, IN_FLIGHT, true, window);
        double after = rate(undisturbed(generator, publisher, window));
        stalled.put(Metric.RATIO, rate(stalled) / ((before + after) / 2));
        session.add(this, CHAINS + "x" + IN_FLIGHT + ", one stalled", stalled);
      }
    }
  }

  private static Map<Metric, Double> undisturbed(
      Generator generator, Publisher publisher, Window window) throws InterruptedException {
    return ScpLoad.run(generator, publisher.port(), CHAINS, IN_FLIGHT, false, window);
  }

  private static double rate(Map<Metric, Double> figures) {
    return figures.getOrDefault(Metric.RATE, 0.0);
  }
}
