package io.rollcall.benchmarks.versus;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** The transport's client, with its one event loop. */
final class RollcallLink implements Link {

  private static final ConnectionListener NOBODY =
      new ConnectionListener() {
        @Override
        public void opened(ConnectionInfo connection) {}

        @Override
        public void closed(ConnectionInfo connection, CloseReason reason, String details) {}
      };

  private final Semaphore room;
  private final NettyTransportClient client;

  /**
   * Connects.
   *
   * @param underWay messages that the socket may not have taken yet
   */
  RollcallLink(int port, int underWay, Consumer<Message> received) {
    room = new Semaphore(underWay);
    client =
        new NettyTransportClient(
            new ClientSettings(
                List.of("127.0.0.1:" + port),
                "bench",
                ClientSettings.DEFAULT_CONNECT_TIMEOUT,
                ClientSettings.DEFAULT_RECONNECT_DELAY,
                false,
                Optional.empty(),
                ConnectionSettings.client()),
            id -> {
              throw new IllegalStateException("no handshake was asked for");
            },
            message -> received.accept(message.message()),
            NOBODY,
            TransportMetrics.NOOP,
            InstantSource.system());
    client.connect();
  }

  @Override
  public void send(Message message) {
    var _ = client.send(message);
  }

  @Override
  public void sendPaced(Message message) throws InterruptedException {
    room.acquire();
    var _ = client.send(message).whenComplete((nothing, failure) -> room.release());
  }

  @Override
  public void close() {
    client.close();
  }
}
