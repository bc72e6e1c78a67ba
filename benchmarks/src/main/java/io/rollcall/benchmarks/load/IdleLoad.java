package io.rollcall.benchmarks.load;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Connections that do nothing but answer pings. */
public final class IdleLoad {

  private final Generator generator;
  private final List<Idle> idle = new ArrayList<>();

  /** Connects all of them. */
  public IdleLoad(Generator generator, int port, int connections) throws InterruptedException {
    this.generator = generator;
    for (int i = 0; i < connections; i++) {
      idle.add(new Idle());
    }
    generator.connect(port, idle);
  }

  /**
   * Holds them.
   *
   * @return how many the server ended
   */
  public int hold(Duration duration) throws InterruptedException {
    generator.run(duration);
    return generator.call(() -> (int) idle.stream().filter(peer -> peer.lost).count());
  }

  /** Closes them. */
  public void close() {
    generator.disconnect();
  }

  private static final class Idle extends Peer {

    private boolean lost;

    @Override
    void frame(ByteBuf bytes, int start, int length) {
      // Answers pings, and there is nothing else.
      var _ = payload(bytes, start, length);
    }

    @Override
    void lost(String why) {
      lost = true;
    }
  }
}
