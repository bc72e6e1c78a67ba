package io.rollcall.transport.actuate;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.ClientStats;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@code /actuator/transport}: the connections of this application's server and client, oldest
 * first, as they are at the moment of asking. As many entries as there are connections.
 *
 * <p>Whoever may also disconnect a peer, which {@code management.endpoint.transport.access} has to
 * allow by {@code unrestricted}, can keep a rollup out for as long as they go on.
 */
@Endpoint(id = "transport", defaultAccess = Access.READ_ONLY)
public final class TransportEndpoint {

  private static final Logger log = LoggerFactory.getLogger(TransportEndpoint.class);

  private static final int MOST_SHOWN = 64;

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

  /**
   * Ends one connection of the server: its peer is told so, and may connect again, as clients do by
   * themselves. Bad input is answered with 400 and a sentence. A line at WARN says who did it.
   *
   * @param id of the connection, as a read of this shows it
   */
  @DeleteOperation
  public DisconnectedDescriptor disconnect(SecurityContext security, @Selector String id) {
    Connection connection =
        Optional.ofNullable(server)
            .flatMap(running -> running.connection(id))
            .orElseThrow(() -> {
              String sentence =
                  "no connection '%s' is open, expected the id of one that a read of this shows"
                      .formatted(id.length() <= MOST_SHOWN ? id : id.substring(0, MOST_SHOWN));
              return new InvalidEndpointRequestException(sentence, sentence);
            });
    ConnectionInfo info = connection.info();
    Principal principal = security.getPrincipal();
    log.warn(
        "{} {} is disconnected by the operation transport{}",
        id,
        info.identity().label(),
        principal == null ? "" : " by " + principal.getName());
    var _ = connection.close(CloseReason.REQUESTED, "disconnected by an operator");
    return new DisconnectedDescriptor(id, info.identity().label());
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
   * A connection that is being closed.
   *
   * @param id of the connection
   * @param identity whose it is
   */
  public record DisconnectedDescriptor(String id, String identity) {}

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
   * @param compression what was agreed for large messages: {@code none} or {@code zstd}
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
      String compression,
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
          info.compression().word(),
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
