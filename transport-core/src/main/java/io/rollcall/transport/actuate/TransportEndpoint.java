package io.rollcall.transport.actuate;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.ClientStats;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@code /actuator/transport}: the connections of this application's server and client, oldest
 * first, as they are at the moment of asking. As many entries as there are connections.
 */
@Endpoint(id = "transport")
public final class TransportEndpoint {

  private final @Nullable TransportServer server;
  private final @Nullable TransportClient client;

  /** For an application with either or both. */
  public TransportEndpoint(@Nullable TransportServer server, @Nullable TransportClient client) {
    this.server = server;
    this.client = client;
  }

  /** Everything. */
  @ReadOperation
  public TransportDescriptor transport() {
    return new TransportDescriptor(
        server == null ? null : describe(server), client == null ? null : describe(client));
  }

  private static ServerDescriptor describe(TransportServer server) {
    boolean running = server.isRunning();
    return new ServerDescriptor(
        running,
        running ? ListenAddress.of(server.address()).toString() : null,
        server.connections().stream().map(ConnectionDescriptor::of).toList());
  }

  private static ClientDescriptor describe(TransportClient client) {
    ClientStats stats = client.stats();
    return new ClientDescriptor(
        stats.clientId(),
        stats.serverAddress(),
        stats.connected(),
        stats.dials(),
        stats.lastFailure().orElse(null),
        stats.connection().map(ConnectionDescriptor::of).orElse(null));
  }

  /**
   * The whole answer.
   *
   * @param server null when there is none
   * @param client null when there is none
   */
  public record TransportDescriptor(
      @Nullable ServerDescriptor server, @Nullable ClientDescriptor client) {}

  /**
   * A server.
   *
   * @param running whether it listens
   * @param address where; null when it does not
   * @param connections oldest first
   */
  public record ServerDescriptor(
      boolean running, @Nullable String address, List<ConnectionDescriptor> connections) {}

  /**
   * A client.
   *
   * @param id what it calls itself
   * @param serverAddress dialled last, or the first to be dialled
   * @param connected whether a connection is up
   * @param dials attempts since it was made
   * @param lastFailure why the last attempt failed or the last connection ended
   * @param connection null while there is none
   */
  public record ClientDescriptor(
      String id,
      String serverAddress,
      boolean connected,
      long dials,
      @Nullable String lastFailure,
      @Nullable ConnectionDescriptor connection) {}

  /**
   * A connection.
   *
   * @param id its id, as in logs
   * @param identity who the peer is
   * @param handshake how it proved that: {@code none}, {@code v1} or {@code v2}
   * @param tls whether the connection is on TLS
   * @param remoteAddress the peer's address
   * @param chains what it is bound to, decimal, in numerical order
   * @param connectedAt when it was admitted
   * @param lastSeen when the last byte came
   * @param bytesRead bytes that came
   * @param bytesWritten bytes that went out
   * @param messagesRead messages that came
   * @param messagesWritten messages that went out
   * @param queuedBytes bytes waiting to be written
   * @param roundTripTime of the last ping that was answered; null before the first
   */
  public record ConnectionDescriptor(
      String id,
      String identity,
      String handshake,
      boolean tls,
      String remoteAddress,
      List<String> chains,
      Instant connectedAt,
      Instant lastSeen,
      long bytesRead,
      long bytesWritten,
      long messagesRead,
      long messagesWritten,
      long queuedBytes,
      @Nullable Duration roundTripTime) {

    static ConnectionDescriptor of(ConnectionInfo info) {
      return new ConnectionDescriptor(
          info.id(),
          info.identity().label(),
          info.handshake().word(),
          info.tls(),
          info.remoteAddress() instanceof InetSocketAddress socket
              ? ListenAddress.of(socket).toString()
              : info.remoteAddress().toString(),
          info.chainIds().stream().sorted().map(ChainId::toString).toList(),
          info.connectedAt(),
          info.lastSeen(),
          info.bytesRead(),
          info.bytesWritten(),
          info.messagesRead(),
          info.messagesWritten(),
          info.queuedBytes(),
          info.roundTripTime().orElse(null));
    }
  }
}
