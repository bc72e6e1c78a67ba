package io.rollcall.benchmarks.versus;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.ReaderLoad;
import io.rollcall.proto.v1.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The two that are compared. */
enum Side {
  ROLLCALL("rollcall") {
    @Override
    Clients clients(int port, int count, int buffer, int messageBytes, Consumer<Arrival> received) {
      List<Link> links = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        links.add(
            new RollcallLink(
                port,
                Math.max(1, buffer / messageBytes),
                message -> received.accept(new Arrival(number, message))));
      }
      return new Clients(links, () -> {});
    }

    @Override
    AutoCloseable readers(int port, int count, Consumer<Message> received)
        throws InterruptedException {
      Generator generator = new Generator();
      new ReaderLoad(
          generator,
          port,
          count,
          (bytes, start, length) -> received.accept(parse(bytes, start, length)));
      return generator;
    }
  },

  /** As it comes: callbacks on gRPC's own threads. */
  GRPC("grpc") {
    @Override
    Clients clients(int port, int count, int buffer, int messageBytes, Consumer<Arrival> received) {
      return grpcClients(port, count, buffer, GrpcLink.Callbacks.EXECUTOR, received);
    }

    @Override
    AutoCloseable readers(int port, int count, Consumer<Message> received) {
      return grpcReaders(port, count, received);
    }
  },

  /** As a team tunes it that knows its callbacks never block: they run on the event loops. */
  GRPC_DIRECT("grpc, direct executor") {
    @Override
    Clients clients(int port, int count, int buffer, int messageBytes, Consumer<Arrival> received) {
      return grpcClients(port, count, buffer, GrpcLink.Callbacks.LOOP, received);
    }

    @Override
    AutoCloseable readers(int port, int count, Consumer<Message> received) {
      return grpcReaders(port, count, received);
    }
  };

  private final String label;

  Side(String label) {
    this.label = label;
  }

  /** For rows. */
  String label() {
    return label;
  }

  /** A message that came on one of the clients. */
  record Arrival(int client, Message message) {}

  /** Clients, and what they share. */
  record Clients(List<Link> links, Runnable shared) implements AutoCloseable {

    @Override
    public void close() {
      links.forEach(Link::close);
      shared.run();
    }
  }

  /**
   * Connects clients, as users of either write them, with an event loop for each.
   *
   * @param buffer bytes that may wait on a connection before a paced send does
   * @param messageBytes how large one is
   */
  abstract Clients clients(
      int port, int count, int buffer, int messageBytes, Consumer<Arrival> received);

  /** Connects those that hear of broadcasts: all on one event loop, and they parse on it. */
  abstract AutoCloseable readers(int port, int count, Consumer<Message> received)
      throws InterruptedException;

  private static Clients grpcClients(
      int port, int count, int buffer, GrpcLink.Callbacks callbacks, Consumer<Arrival> received) {
    GrpcLoops loops = new GrpcLoops(count);
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      links.add(
          new GrpcLink(
              port,
              loops,
              buffer,
              callbacks,
              message -> received.accept(new Arrival(number, message))));
    }
    return new Clients(links, loops::close);
  }

  private static AutoCloseable grpcReaders(int port, int count, Consumer<Message> received) {
    GrpcLoops loops = new GrpcLoops(1);
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      links.add(new GrpcLink(port, loops, 1, GrpcLink.Callbacks.LOOP, received));
    }
    return new Clients(links, loops::close);
  }

  private static Message parse(ByteBuf bytes, int start, int length) {
    try {
      byte[] message = new byte[length];
      bytes.getBytes(start, message);
      return Message.parseFrom(message);
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
