package io.rollcall.benchmarks.load;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Connections that read whatever the server sends. */
public final class ReaderLoad implements AutoCloseable {

  /** Takes what was read. */
  @FunctionalInterface
  public interface Sink {
    /** One frame without its length, on the event loop; the bytes are there until it returns. */
    void frame(ByteBuf bytes, int start, int length);
  }

  private final Generator generator;
  private final Sink sink;

  /** Connects all of them. */
  public ReaderLoad(Generator generator, int port, int readers, Sink sink)
      throws InterruptedException {
    this.generator = generator;
    this.sink = sink;
    List<Reader> peers = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      peers.add(new Reader());
    }
    generator.connect(port, peers);
  }

  /** Closes them. */
  @Override
  public void close() {
    generator.disconnect();
  }

  private final class Reader extends Peer {

    @Override
    void frame(ByteBuf bytes, int start, int length) {
      if (payload(bytes, start, length) != null) {
        sink.frame(bytes, start, length);
      }
    }
  }
}
