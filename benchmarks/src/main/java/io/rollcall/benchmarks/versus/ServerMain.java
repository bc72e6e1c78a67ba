package io.rollcall.benchmarks.versus;

import io.rollcall.benchmarks.load.Pace;
import io.rollcall.benchmarks.versus.ServerSide.Work;
import io.rollcall.proto.v1.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * The process of a server: says where it listens, then does what a line on standard input asks for
 * and answers with a line, until that ends.
 */
final class ServerMain {

  private final ServerSide server;
  private final Arrivals arrivals;

  private ServerMain(ServerSide server, Arrivals arrivals) {
    this.server = server;
    this.arrivals = arrivals;
  }

  /** Takes the side, the work, the bytes that may wait for one reader, and those of a message. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Arrivals arrivals = new Arrivals();
    Work work = Work.valueOf(arguments[1]);
    int buffer = Integer.parseInt(arguments[2]);
    int message = Integer.parseInt(arguments[3]);
    try (ServerSide server =
        switch (Side.valueOf(arguments[0])) {
          case ROLLCALL -> new RollcallServer(work, arrivals, Math.max(1, buffer / message));
          case GRPC -> new GrpcServer(work, arrivals, buffer, false);
          case GRPC_DIRECT -> new GrpcServer(work, arrivals, buffer, true);
        }) {
      System.out.println("listening on " + server.port());
      new ServerMain(server, arrivals).serve();
    }
  }

  private void serve() throws IOException, InterruptedException {
    Memory memory = new Memory();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", -1);
      System.out.println(
          switch (words[0]) {
            case "readers" -> "readers " + server.readers();
            case "arrivals" -> figures(arrivals.take());
            case "rate" ->
                "sent "
                    + atRate(
                        new Payload(Integer.parseInt(words[1])),
                        Double.parseDouble(words[2]),
                        Duration.parse(words[3]));
            case "most" ->
                "sent " + most(new Payload(Integer.parseInt(words[1])), Duration.parse(words[2]));
            case "number" ->
                "sent " + number(new Payload(Integer.parseInt(words[1])), Long.parseLong(words[2]));
            case "memory" -> "memory " + memory.peakHeap() + " " + memory.peakDirect();
            default -> throw new IllegalArgumentException(line);
          });
    }
  }

  private static String figures(Histogram histogram) {
    return "arrived %d %d %d %d %d"
        .formatted(
            histogram.getTotalCount(),
            histogram.getValueAtPercentile(50),
            histogram.getValueAtPercentile(99),
            histogram.getValueAtPercentile(99.9),
            histogram.getMaxValue());
  }

  private long atRate(Payload payload, double perSecond, Duration duration)
      throws InterruptedException {
    long start = System.nanoTime();
    Pace pace = new Pace(start, perSecond);
    long sent = 0;
    // A server that cannot keep up has fallen behind by as much as it had time for; that is enough.
    long end = start + 2 * duration.toNanos();
    for (; pace.next() - start < duration.toNanos() && System.nanoTime() - end < 0; sent++) {
      LockSupport.parkNanos(pace.next() - System.nanoTime());
      while (!pace.isDue(System.nanoTime())) {
        Thread.onSpinWait();
      }
      server.broadcast(payload.at(pace.take()));
    }
    return sent;
  }

  private long most(Payload payload, Duration duration) throws InterruptedException {
    long start = System.nanoTime();
    long sent = 0;
    for (; System.nanoTime() - start < duration.toNanos(); sent++) {
      server.broadcast(payload.at(System.nanoTime()));
    }
    return sent;
  }

  /** The same message again and again. */
  private long number(Payload payload, long count) throws InterruptedException {
    Message message = payload.at(System.nanoTime());
    for (long i = 0; i < count; i++) {
      server.broadcast(message);
    }
    return count;
  }
}
