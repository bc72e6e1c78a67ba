package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.PingLoad;
import io.rollcall.benchmarks.load.Window;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import java.time.Duration;
import java.util.List;

/** Pings: what a frame costs from socket to socket. */
public final class PingBenchmark implements Benchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final double FIXED_RATE = 20_000;

  /** Connections, and pings under way on each. */
  private record Shape(int connections, int window, boolean brief) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(1, 1, true),
          new Shape(7, 1, false),
          new Shape(7, 32, true),
          new Shape(100, 8, false));

  @Override
  public String name() {
    return "ping";
  }

  @Override
  public String about() {
    return "pings to the publisher: closed loop and fixed rate, epoll and NIO";
  }

  @Override
  public void run(Session session) throws InterruptedException {
    for (int i = 0; i < session.repeats(); i++) {
      run(session, Sockets.EPOLL);
      if (!session.brief()) {
        run(session, Sockets.NIO);
      }
    }
  }

  private void run(Session session, Sockets sockets) throws InterruptedException {
    try (Publisher publisher = Publishers.start(session, Storage.MEMORY, sockets);
        Generator generator = new Generator()) {
      Window warmUp = Publishers.window(publisher, WARM_UP.dividedBy(2), WARM_UP.dividedBy(2));
      var _ = PingLoad.closedLoop(generator, publisher.port(), 100, 8, warmUp);
      String on = ", " + Publishers.label(sockets);
      Window window =
          Publishers.window(publisher, session.duration().dividedBy(4), session.duration());
      for (Shape shape : SHAPES) {
        if (shape.brief || !session.brief()) {
          session.add(
              this,
              shape.connections + "x" + shape.window + on,
              PingLoad.closedLoop(
                  generator, publisher.port(), shape.connections, shape.window, window));
        }
      }
      if (!session.brief()) {
        session.add(
            this,
            "7 at %,.0f/s%s".formatted(FIXED_RATE, on),
            PingLoad.fixedRate(generator, publisher.port(), 7, FIXED_RATE, window));
      }
    }
  }
}
