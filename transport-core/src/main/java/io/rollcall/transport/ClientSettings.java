package io.rollcall.transport;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A client's settings, checked when made.
 *
 * @param serverAddresses {@code host:port} each, tried in turn; empty until {@code
 *     connect(address)}
 * @param clientId what it calls itself; empty for a random one
 * @param connectTimeout dial plus handshake, for each address
 * @param reconnectDelay first wait between dials; it doubles, with jitter, up to a minute
 * @param authenticate whether it sends a hello
 * @param tls TLS on every connection; empty for plain TCP
 * @param connection what holds for the connection
 */
public record ClientSettings(
    List<String> serverAddresses,
    String clientId,
    Duration connectTimeout,
    Duration reconnectDelay,
    boolean authenticate,
    Optional<TlsSettings> tls,
    ConnectionSettings connection) {

  /** Dial plus handshake. */
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** First wait between dials. */
  public static final Duration DEFAULT_RECONNECT_DELAY = Duration.ofSeconds(5);

  /** Checks every value. */
  public ClientSettings {
    serverAddresses = List.copyOf(serverAddresses);
    ConnectionSettings.requirePositive("connect-timeout", connectTimeout);
    ConnectionSettings.requirePositive("reconnect-delay", reconnectDelay);
  }

  /** The defaults, for a client of these addresses. */
  public static ClientSettings of(List<String> serverAddresses, boolean authenticate) {
    return new ClientSettings(
        serverAddresses,
        "",
        DEFAULT_CONNECT_TIMEOUT,
        DEFAULT_RECONNECT_DELAY,
        authenticate,
        Optional.empty(),
        ConnectionSettings.client());
  }
}
