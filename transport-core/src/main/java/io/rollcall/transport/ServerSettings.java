package io.rollcall.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * A server's settings, checked when made.
 *
 * @param listenAddress where it listens
 * @param maxConnections most connections admitted at a time
 * @param handshakeTimeout from accept to the end of the handshake
 * @param outboundBufferTotal most bytes queued over all connections, a shared broadcast once
 * @param unauthenticated how many may wait for their authentication
 * @param throttle how often one address may try
 * @param admission who gets in
 * @param tls TLS on every connection; empty for plain TCP
 * @param connection what holds for each connection
 */
public record ServerSettings(
    ListenAddress listenAddress,
    int maxConnections,
    Duration handshakeTimeout,
    long outboundBufferTotal,
    UnauthenticatedSettings unauthenticated,
    ThrottleSettings throttle,
    AdmissionSettings admission,
    Optional<TlsSettings> tls,
    ConnectionSettings connection) {

  /** As the SDK's library. */
  public static final int DEFAULT_MAX_CONNECTIONS = 1000;

  /** From accept to the end of the handshake, as the SDK. */
  public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

  /** 256 MiB over all connections. */
  public static final long DEFAULT_OUTBOUND_BUFFER_TOTAL = 256L * 1024 * 1024;

  /** Checks every value. */
  public ServerSettings {
    ConnectionSettings.require(maxConnections > 0, "max-connections", maxConnections, "at least 1");
    ConnectionSettings.requirePositive("handshake-timeout", handshakeTimeout);
    ConnectionSettings.require(
        outboundBufferTotal >= connection.outboundBuffer(),
        "outbound-buffer-total",
        outboundBufferTotal,
        "at least outbound-buffer (" + connection.outboundBuffer() + ")");
  }

  /** The defaults, for a server that listens there and admits these. */
  public static ServerSettings of(ListenAddress listenAddress, AdmissionSettings admission) {
    return new ServerSettings(
        listenAddress,
        DEFAULT_MAX_CONNECTIONS,
        DEFAULT_HANDSHAKE_TIMEOUT,
        DEFAULT_OUTBOUND_BUFFER_TOTAL,
        UnauthenticatedSettings.DEFAULT,
        ThrottleSettings.DEFAULT,
        admission,
        Optional.empty(),
        ConnectionSettings.server());
  }
}
