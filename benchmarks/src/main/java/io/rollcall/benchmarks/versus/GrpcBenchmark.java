package io.rollcall.benchmarks.versus;

import io.rollcall.benchmarks.load.Pace;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import io.rollcall.benchmarks.versus.ServerSide.Work;
import io.rollcall.benchmarks.versus.Side.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** The transport beside gRPC, both sides in turn. */
public final class GrpcBenchmark implements Benchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final int SMALL = 128;
  private static final int LARGE = 16 * 1024;
  private static final int CLIENTS = 2;
  private static final int WINDOW = 64;
  private static final double ROUND_TRIPS = 4_000;

  /** Bytes that may wait for one peer, which is gRPC's default; of large messages eight. */
  private static final int BUFFER = 32 * 1024;

  /** Readers, and broadcasts a second to them. */
  private record Audience(int readers, double rate) {}

  private static final List<Audience> AUDIENCES =
      List.of(new Audience(8, 1_000), new Audience(100, 100), new Audience(1_000, 10));

  @Override
  public String name() {
    return "grpc";
  }

  @Override
  public String about() {
    return "the transport beside gRPC's bidirectional streams: round trips, ingest, broadcasts";
  }

  @Override
  public void run(Session session) throws Exception {
    for (int i = 0; i < session.repeats(); i++) {
      if (session.brief()) {
        roundTrips(session, Side.ROLLCALL);
        roundTrips(session, Side.GRPC);
        continue;
      }
      for (Side side : Side.values()) {
        roundTrips(session, side);
      }
      for (int bytes : new int[] {SMALL, LARGE}) {
        for (Side side : Side.values()) {
          ingest(session, side, bytes);
        }
      }
      for (Audience audience : AUDIENCES) {
        for (Side side : Side.values()) {
          broadcast(session, side, audience);
        }
      }
    }
  }

  private static String label(String name, Side side) {
    return name + ", " + side.label();
  }

  // ---- round trips

  private void roundTrips(Session session, Side side) throws InterruptedException {
    try (Server server = new Server(side, Work.ECHO, BUFFER, SMALL)) {
      Payload payload = new Payload(SMALL);
      roundTripsClosed(server, side, payload, WARM_UP);
      session.add(
          this,
          label("round trip %dx%d".formatted(CLIENTS, WINDOW), side),
          roundTripsClosed(server, side, payload, session.duration()));
      session.add(
          this,
          label("round trip at %,.0f/s".formatted(ROUND_TRIPS), side),
          roundTripsAtRate(server, side, payload, session.duration()));
    }
  }

  private static Map<Metric, Double> roundTripsClosed(
      Server server, Side side, Payload payload, Duration duration) throws InterruptedException {
    Arrivals arrivals = new Arrivals();
    List<Link> links = new ArrayList<>();
    try (Clients clients =
        side.clients(
            server.port(),
            CLIENTS,
            BUFFER,
            SMALL,
            arrival -> {
              arrivals.arrived(arrival.message());
              links.get(arrival.client()).send(payload.at(System.nanoTime()));
            })) {
      links.addAll(clients.links());
      for (int i = 0; i < WINDOW; i++) {
        links.forEach(link -> link.send(payload.at(System.nanoTime())));
      }
      return window(server, arrivals, duration);
    }
  }

  private static Map<Metric, Double> roundTripsAtRate(
      Server server, Side side, Payload payload, Duration duration) throws InterruptedException {
    Arrivals arrivals = new Arrivals();
    try (Clients clients =
        side.clients(
            server.port(),
            CLIENTS,
            BUFFER,
            SMALL,
            arrival -> arrivals.arrived(arrival.message()))) {
      Thread sender =
          Thread.ofPlatform().daemon().name("pace").start(() -> keepPace(clients, payload));
      Map<Metric, Double> figures = window(server, arrivals, duration);
      sender.interrupt();
      sender.join();
      return figures;
    }
  }

  private static void keepPace(Clients clients, Payload payload) {
    Pace pace = new Pace(System.nanoTime(), ROUND_TRIPS);
    for (int turn = 0; !Thread.currentThread().isInterrupted(); turn++) {
      while (!pace.isDue(System.nanoTime())) {
        LockSupport.parkNanos(pace.next() - System.nanoTime());
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
      }
      clients.links().get(turn % clients.links().size()).send(payload.at(pace.take()));
    }
  }

  /** After a quarter of the time, so that connecting is not in it. */
  private static Map<Metric, Double> window(Server server, Arrivals arrivals, Duration duration)
      throws InterruptedException {
    Thread.sleep(duration.dividedBy(4));
    var _ = arrivals.take();
    Duration before = server.process().cpu();
    long start = System.nanoTime();
    Thread.sleep(duration);
    Histogram histogram = arrivals.take();
    double seconds = (System.nanoTime() - start) / 1e9;
    return figures(histogram, seconds, server.process().cpu().minus(before));
  }

  // ---- one way

  private void ingest(Session session, Side side, int bytes) throws InterruptedException {
    int buffer = Math.max(BUFFER, 8 * bytes);
    try (Server server = new Server(side, Work.COUNT, buffer, bytes);
        Clients clients = side.clients(server.port(), CLIENTS, buffer, bytes, arrival -> {})) {
      List<Thread> senders = new ArrayList<>();
      for (Link link : clients.links()) {
        senders.add(
            Thread.ofPlatform()
                .daemon()
                .name("sender")
                .start(() -> send(link, new Payload(bytes))));
      }
      Thread.sleep(WARM_UP);
      server.arrivals();
      Duration before = server.process().cpu();
      long start = System.nanoTime();
      Thread.sleep(session.duration());
      long[] arrived = server.arrivals();
      double seconds = (System.nanoTime() - start) / 1e9;
      Duration used = server.process().cpu().minus(before);
      for (Thread sender : senders) {
        sender.interrupt();
        sender.join();
      }
      Map<Metric, Double> figures = new EnumMap<>(Metric.class);
      figures.put(Metric.RATE, arrived[0] / seconds);
      figures.put(Metric.P50, arrived[1] / 1e3);
      figures.put(Metric.P99, arrived[2] / 1e3);
      figures.put(Metric.P999, arrived[3] / 1e3);
      figures.put(Metric.MAX, arrived[4] / 1e3);
      figures.put(Metric.CPU, used.toNanos() / 1e3 / arrived[0]);
      session.add(this, label("ingest of %,d B".formatted(bytes), side), figures);
    }
  }

  private static void send(Link link, Payload payload) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        link.sendPaced(payload.at(System.nanoTime()));
      }
    } catch (InterruptedException ended) {
      // As it was asked to.
    }
  }

  // ---- broadcasts

  private void broadcast(Session session, Side side, Audience audience) throws Exception {
    Arrivals arrivals = new Arrivals();
    try (Server server = new Server(side, Work.COUNT, BUFFER, SMALL);
        AutoCloseable _ = side.readers(server.port(), audience.readers(), arrivals::arrived)) {
      server.awaitReaders(audience.readers());
      server.broadcastMost(SMALL, WARM_UP);
      server.awaitSent(WARM_UP.plusSeconds(20));
      // The quarter before the window, and a little behind it.
      Duration whole = session.duration().multipliedBy(3).dividedBy(2);
      server.broadcastMost(SMALL, whole);
      Map<Metric, Double> most = window(server, arrivals, session.duration());
      server.awaitSent(whole.plusSeconds(20));
      session.add(this, label("broadcast to %,d".formatted(audience.readers()), side), most);
      server.broadcastAtRate(SMALL, audience.rate(), whole);
      Map<Metric, Double> paced = window(server, arrivals, session.duration());
      server.awaitSent(whole.plusSeconds(20));
      session.add(
          this,
          label("broadcast to %,d at %,.0f/s".formatted(audience.readers(), audience.rate()), side),
          paced);
    }
  }

  private static Map<Metric, Double> figures(Histogram histogram, double seconds, Duration used) {
    long count = histogram.getTotalCount();
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.RATE, count / seconds);
    if (count > 0) {
      figures.put(Metric.P50, histogram.getValueAtPercentile(50) / 1e3);
      figures.put(Metric.P99, histogram.getValueAtPercentile(99) / 1e3);
      figures.put(Metric.P999, histogram.getValueAtPercentile(99.9) / 1e3);
      figures.put(Metric.MAX, histogram.getMaxValue() / 1e3);
      figures.put(Metric.CPU, used.toNanos() / 1e3 / count);
    }
    return figures;
  }
}
