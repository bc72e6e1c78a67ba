package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.ScpLoad;
import io.rollcall.benchmarks.load.Window;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import java.time.Duration;
import java.util.List;

/** Whole XTs: submitted, announced, voted on by every chain, decided. */
public final class ScpBenchmark implements Benchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(6);

  /** Chains that every XT names, and XTs under way. */
  private record Shape(int chains, int inFlight, boolean brief) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(2, 1, false),
          new Shape(2, 16, false),
          new Shape(2, 256, true),
          new Shape(16, 256, false));

  @Override
  public String name() {
    return "scp";
  }

  @Override
  public String about() {
    return "XTs through the publisher, closed loop: in memory and durable in SQLite, epoll and NIO";
  }

  @Override
  public void run(Session session) throws InterruptedException {
    for (int i = 0; i < session.repeats(); i++) {
      run(session, Storage.MEMORY, Sockets.EPOLL);
      run(session, Storage.SQLITE, Sockets.EPOLL);
      if (!session.brief()) {
        run(session, Storage.MEMORY, Sockets.NIO);
      }
    }
  }

  private void run(Session session, Storage storage, Sockets sockets) throws InterruptedException {
    try (Publisher publisher = Publishers.start(session, storage, sockets);
        Generator generator = new Generator()) {
      Window warmUp = Publishers.window(publisher, WARM_UP.dividedBy(2), WARM_UP.dividedBy(2));
      var _ = ScpLoad.run(generator, publisher.port(), 2, 256, false, warmUp);
      Window window =
          Publishers.window(publisher, session.duration().dividedBy(4), session.duration());
      for (Shape shape : SHAPES) {
        if (shape.brief || !session.brief()) {
          session.add(
              this,
              "%dx%d, %s, %s"
                  .formatted(
                      shape.chains,
                      shape.inFlight,
                      Publishers.label(storage),
                      Publishers.label(sockets)),
              ScpLoad.run(
                  generator, publisher.port(), shape.chains, shape.inFlight, false, window));
        }
      }
    }
  }
}
