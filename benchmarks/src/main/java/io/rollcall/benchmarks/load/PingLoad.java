package io.rollcall.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Pings, which the server's transport answers on its event loop: what a frame costs there and back.
 * Either a fixed number of them is under way on each connection all the time, or they are sent at a
 * fixed rate, over the connections in turn.
 */
public final class PingLoad {

  private static final byte[] PING =
      Frames.of(
          Message.newBuilder()
              .setSenderId("bench-0")
              .setPing(Ping.newBuilder().setTimestamp(1_700_000_000_000_000_000L))
              .build());

  private final Generator generator;
  private final Latencies latencies = new Latencies();
  private final List<Pinger> pingers = new ArrayList<>();
  private boolean stopped;

  private PingLoad(Generator generator, int port, int connections) throws InterruptedException {
    this.generator = generator;
    for (int i = 0; i < connections; i++) {
      pingers.add(new Pinger());
    }
    generator.connect(port, pingers);
  }

  /** With {@code window} pings under way on each connection. */
  public static Map<Metric, Double> closedLoop(
      Generator generator, int port, int connections, int window, Window time)
      throws InterruptedException {
    PingLoad load = new PingLoad(generator, port, connections);
    generator.loop().execute(() -> load.pingers.forEach(pinger -> pinger.begin(window)));
    return load.finish(time);
  }

  /** With {@code perSecond} pings over all connections; latencies from the time each was due. */
  public static Map<Metric, Double> fixedRate(
      Generator generator, int port, int connections, double perSecond, Window time)
      throws InterruptedException {
    PingLoad load = new PingLoad(generator, port, connections);
    Pace pace = new Pace(System.nanoTime(), perSecond);
    generator.loop().execute(() -> load.keep(pace, 0));
    return load.finish(time);
  }

  private Map<Metric, Double> finish(Window time) throws InterruptedException {
    Map<Metric, Double> figures = time.measure(generator, latencies);
    generator.call(() -> stopped = true);
    generator.disconnect();
    return figures;
  }

  private void keep(Pace pace, int turn) {
    if (stopped) {
      return;
    }
    int next = turn;
    while (pace.isDue(System.nanoTime())) {
      Pinger pinger = pingers.get(next);
      pinger.send(pace.take());
      pinger.context().flush();
      next = (next + 1) % pingers.size();
    }
    int later = next;
    var _ =
        generator
            .loop()
            .schedule(
                () -> keep(pace, later), pace.next() - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private final class Pinger extends Peer {

    private final Times sent = new Times();
    private boolean closedLoop;
    private int answered;

    void begin(int window) {
      closedLoop = true;
      answered = window;
      readDone();
      context().flush();
    }

    void send(long began) {
      sent.add(began);
      write(PING);
    }

    @Override
    void frame(ByteBuf bytes, int start, int length) {
      Fields payload = payload(bytes, start, length);
      if (payload == null || payload.number() != Message.PONG_FIELD_NUMBER) {
        return;
      }
      latencies.record(sent.take(), System.nanoTime());
      answered++;
    }

    @Override
    void readDone() {
      if (!closedLoop || stopped || answered == 0) {
        answered = 0;
        return;
      }
      long now = System.nanoTime();
      ByteBuf pings = buffer(answered * PING.length);
      for (; answered > 0; answered--) {
        sent.add(now);
        pings.writeBytes(PING);
      }
      write(pings);
    }
  }
}
