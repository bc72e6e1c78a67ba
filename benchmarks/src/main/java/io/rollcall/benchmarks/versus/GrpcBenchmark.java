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
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** The transport beside gRPC, both sides in turn. */
public final class GrpcBenchmark implements Benchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(3);
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

  /** What is compared. */
  public enum Part {
    /** There and back, closed loop and at a fixed rate. */
    ROUND_TRIP("grpc-round-trip", "the transport beside gRPC: messages there and back"),
    /** Clients send, the server counts. */
    INGEST("grpc-ingest", "the transport beside gRPC: messages of 128 B and 16 KiB one way"),
    /** The server sends to many. */
    BROADCAST("grpc-broadcast", "the transport beside gRPC: broadcasts to 8, 100 and 1,000");

    private final String label;
    private final String about;

    Part(String label, String about) {
      this.label = label;
      this.about = about;
    }

    /** As it is called on the command line. */
    public String label() {
      return label;
    }
  }

  private final Part part;

  /** Of one part. */
  public GrpcBenchmark(Part part) {
    this.part = part;
  }

  @Override
  public String name() {
    return part.label;
  }

  @Override
  public String about() {
    return part.about;
  }

  @Override
  public void run(Session session) throws Exception {
    for (int i = 0; i < session.repeats(); i++) {
      switch (part) {
        case ROUND_TRIP -> roundTrips(session);
        case INGEST -> {
          ingest(session, SMALL);
          ingest(session, LARGE);
        }
        case BROADCAST -> {
          for (Audience audience : AUDIENCES) {
            broadcasts(session, audience);
          }
        }
      }
    }
  }

  /** gRPC first, because its rate is what the transport is then held against. */
  private static List<Side> sides(Session session) {
    return session.brief()
        ? List.of(Side.GRPC, Side.ROLLCALL)
        : List.of(Side.GRPC, Side.ROLLCALL, Side.GRPC_DIRECT);
  }

  /** What the transport is to reach with latencies no worse than gRPC's. */
  private static double goal(Map<Metric, Double> grpc) {
    return 2 * grpc.getOrDefault(Metric.RATE, 0.0);
  }

  private static String goalLabel(String name) {
    return label(name + " at twice gRPC's rate", Side.ROLLCALL);
  }

  private static String label(String name, Side side) {
    return name + ", " + side.label();
  }

  // ---- round trips

  private void roundTrips(Session session) throws InterruptedException {
    String name = "%dx%d".formatted(CLIENTS, WINDOW);
    double goal = 0;
    for (Side side : sides(session)) {
      try (Server server = new Server(side, Work.ECHO, BUFFER, SMALL)) {
        Payload payload = new Payload(SMALL);
        roundTripsClosed(server, side, payload, WARM_UP);
        Map<Metric, Double> most = roundTripsClosed(server, side, payload, session.duration());
        session.add(this, label(name, side), most);
        session.add(
            this,
            label("at %,.0f/s".formatted(ROUND_TRIPS), side),
            roundTripsAtRate(server, side, payload, ROUND_TRIPS, session.duration()));
        switch (side) {
          case GRPC -> goal = goal(most);
          case ROLLCALL ->
              session.add(
                  this,
                  goalLabel(name),
                  roundTripsAtRate(server, side, payload, goal, session.duration()));
          case GRPC_DIRECT -> {}
        }
      }
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
      Server server, Side side, Payload payload, double perSecond, Duration duration)
      throws InterruptedException {
    Arrivals arrivals = new Arrivals();
    try (Clients clients =
        side.clients(
            server.port(),
            CLIENTS,
            BUFFER,
            SMALL,
            arrival -> arrivals.arrived(arrival.message()))) {
      Thread sender =
          Thread.ofPlatform()
              .daemon()
              .name("pace")
              .start(() -> keepPace(clients.links(), payload, perSecond));
      Map<Metric, Double> figures = window(server, arrivals, duration);
      sender.interrupt();
      sender.join();
      return figures;
    }
  }

  /** Over the links in turn, until it is interrupted; one that is full is waited for. */
  private static void keepPace(List<Link> links, Payload payload, double perSecond) {
    Pace pace = new Pace(System.nanoTime(), perSecond);
    try {
      for (int turn = 0; !Thread.currentThread().isInterrupted(); turn++) {
        while (!pace.isDue(System.nanoTime()) && !Thread.currentThread().isInterrupted()) {
          LockSupport.parkNanos(pace.next() - System.nanoTime());
        }
        links.get(turn % links.size()).sendPaced(payload.at(pace.take()));
      }
    } catch (InterruptedException ended) {
      // As it was asked to.
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

  private void ingest(Session session, int bytes) throws InterruptedException {
    int buffer = Math.max(BUFFER, 8 * bytes);
    String name = "%,d B".formatted(bytes);
    double goal = 0;
    for (Side side : sides(session)) {
      try (Server server = new Server(side, Work.COUNT, buffer, bytes);
          Clients clients = side.clients(server.port(), CLIENTS, buffer, bytes, arrival -> {})) {
        ingest(server, clients, bytes, OptionalDouble.empty(), WARM_UP);
        Map<Metric, Double> most =
            ingest(server, clients, bytes, OptionalDouble.empty(), session.duration());
        session.add(this, label(name, side), most);
        switch (side) {
          case GRPC -> goal = goal(most);
          case ROLLCALL ->
              session.add(
                  this,
                  goalLabel(name),
                  ingest(server, clients, bytes, OptionalDouble.of(goal), session.duration()));
          case GRPC_DIRECT -> {}
        }
      }
    }
  }

  /** As fast as the connections take it, or at a rate over all of them. */
  private static Map<Metric, Double> ingest(
      Server server, Clients clients, int bytes, OptionalDouble perSecond, Duration duration)
      throws InterruptedException {
    List<Thread> senders = new ArrayList<>();
    for (Link link : clients.links()) {
      senders.add(
          Thread.ofPlatform()
              .daemon()
              .name("sender")
              .start(() -> send(link, new Payload(bytes), perSecond)));
    }
    Thread.sleep(duration.dividedBy(4));
    server.arrivals();
    Duration before = server.process().cpu();
    long start = System.nanoTime();
    Thread.sleep(duration);
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
    figures.put(Metric.CPU, used.toNanos() / 1e3 / Math.max(1, arrived[0]));
    return figures;
  }

  /** Until it is interrupted. */
  private static void send(Link link, Payload payload, OptionalDouble perSecond) {
    if (perSecond.isPresent()) {
      keepPace(List.of(link), payload, perSecond.getAsDouble() / CLIENTS);
      return;
    }
    try {
      while (!Thread.currentThread().isInterrupted()) {
        link.sendPaced(payload.at(System.nanoTime()));
      }
    } catch (InterruptedException ended) {
      // As it was asked to.
    }
  }

  // ---- broadcasts

  private void broadcasts(Session session, Audience audience) throws Exception {
    String name = "to %,d".formatted(audience.readers());
    double goal = 0;
    for (Side side : sides(session)) {
      Arrivals arrivals = new Arrivals();
      try (Server server = new Server(side, Work.COUNT, BUFFER, SMALL);
          AutoCloseable _ = side.readers(server.port(), audience.readers(), arrivals::arrived)) {
        server.awaitReaders(audience.readers());
        broadcast(server, arrivals, OptionalDouble.empty(), WARM_UP);
        Map<Metric, Double> most =
            broadcast(server, arrivals, OptionalDouble.empty(), session.duration());
        session.add(this, label(name, side), most);
        session.add(
            this,
            label(name + " at %,.0f/s".formatted(audience.rate()), side),
            broadcast(server, arrivals, OptionalDouble.of(audience.rate()), session.duration()));
        switch (side) {
          case GRPC -> goal = goal(most);
          case ROLLCALL ->
              session.add(
                  this,
                  goalLabel(name),
                  broadcast(
                      server,
                      arrivals,
                      OptionalDouble.of(goal / audience.readers()),
                      session.duration()));
          case GRPC_DIRECT -> {}
        }
      }
    }
  }

  /** As fast as the readers read, or so many broadcasts a second. */
  private static Map<Metric, Double> broadcast(
      Server server, Arrivals arrivals, OptionalDouble perSecond, Duration duration)
      throws InterruptedException {
    // The quarter before the window, and a little behind it.
    Duration whole = duration.multipliedBy(3).dividedBy(2);
    if (perSecond.isPresent()) {
      server.broadcastAtRate(SMALL, perSecond.getAsDouble(), whole);
    } else {
      server.broadcastMost(SMALL, whole);
    }
    Map<Metric, Double> figures = window(server, arrivals, duration);
    server.awaitSent(whole.multipliedBy(2).plusSeconds(20));
    return figures;
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
