package io.rollcall.benchmarks.versus;

import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.ReaderLoad;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import io.rollcall.benchmarks.versus.ServerSide.Work;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Much through little memory: broadcasts of 64 KiB, 1 GB of them, to 100 readers each, by a server
 * whose heap may have 128 MB. Its pace is that of its readers' sockets: it waits for the stages of
 * earlier broadcasts. Fails when a reader misses one.
 */
public final class MemoryBenchmark implements Benchmark {

  private static final int READERS = 100;
  private static final int MESSAGE = 64 * 1024;
  private static final long BROADCASTS = (1L << 30) / MESSAGE;

  /** Eight messages. */
  private static final int BUFFER = 8 * MESSAGE;

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final double MB = 1 << 20;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String about() {
    return "1 GB of 64 KiB broadcasts to 100 readers each, by a server with -Xmx128m";
  }

  @Override
  public void run(Session session) throws InterruptedException {
    for (int i = 0; i < session.repeats(); i++) {
      session.add(this, "64 KiB to 100, -Xmx128m", measure());
    }
  }

  private static Map<Metric, Double> measure() throws InterruptedException {
    AtomicLong frames = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    try (Server server = new Server(Side.ROLLCALL, Work.COUNT, BUFFER, MESSAGE, "-Xmx128m");
        Generator generator = new Generator();
        ReaderLoad _ =
            new ReaderLoad(
                generator,
                server.port(),
                READERS,
                (buffer, start, length) -> {
                  frames.incrementAndGet();
                  bytes.addAndGet(length);
                })) {
      server.awaitReaders(READERS);
      long start = System.nanoTime();
      server.broadcast(MESSAGE, BROADCASTS, LIMIT);
      long expected = BROADCASTS * READERS;
      while (frames.get() < expected && System.nanoTime() - start < LIMIT.toNanos()) {
        // What the sockets took last is still on its way.
        Thread.sleep(10);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (frames.get() != expected) {
        throw new IllegalStateException(
            "readers got %,d messages, expected %,d".formatted(frames.get(), expected));
      }
      long[] memory = server.memory();
      Map<Metric, Double> figures = new EnumMap<>(Metric.class);
      figures.put(Metric.RATE, expected / seconds);
      figures.put(Metric.DELIVERED, bytes.get() / MB);
      figures.put(Metric.PEAK_HEAP, memory[0] / MB);
      figures.put(Metric.PEAK_DIRECT, memory[1] / MB);
      figures.put(Metric.PEAK_RSS, server.process().peakResidentKib() / 1024.0);
      return figures;
    }
  }
}
