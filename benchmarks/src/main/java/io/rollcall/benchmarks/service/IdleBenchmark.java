package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.IdleLoad;
import io.rollcall.benchmarks.process.JavaProcess;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** What connections cost that do nothing. */
public final class IdleBenchmark implements Benchmark {

  /** Longer than it takes until the server has pinged each of them. */
  private static final Duration HELD = Duration.ofSeconds(17);

  private static final int[] CONNECTIONS = {2_000, 18_000};

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String about() {
    return "connections that do nothing: how many are dropped, and what memory they cost";
  }

  @Override
  public void run(Session session) throws InterruptedException {
    for (int i = 0; i < session.repeats(); i++) {
      for (int connections : CONNECTIONS) {
        session.add(this, "%,d".formatted(connections), measure(session, connections));
      }
    }
  }

  private static Map<Metric, Double> measure(Session session, int connections)
      throws InterruptedException {
    try (Publisher publisher = Publishers.start(session, Storage.MEMORY, Sockets.EPOLL);
        Generator generator = new Generator()) {
      // Whatever the first connection brings along for good is none of the others' cost.
      IdleLoad first = new IdleLoad(generator, publisher.port(), 1);
      first.close();
      JavaProcess process = publisher.process();
      long heap = process.liveHeap();
      long resident = process.residentKib();
      IdleLoad idle = new IdleLoad(generator, publisher.port(), connections);
      Map<Metric, Double> figures = new EnumMap<>(Metric.class);
      figures.put(Metric.DROPPED, (double) idle.hold(HELD));
      figures.put(Metric.MEMORY, (double) (process.residentKib() - resident) / connections);
      figures.put(Metric.LIVE_HEAP, (process.liveHeap() - heap) / 1024.0 / connections);
      return figures;
    }
  }
}
