package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.compression.ZstdCodec;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code transport.*}. Sizes without a unit are bytes; durations want one ({@code
 * 30s}). The addresses are checked here, all limits in the settings made of them.
 *
 * @param listenAddr Where the server listens: ":8080", "host:8080" or "[::1]:8080", port 0 for any
 *     free one. Empty: no server.
 * @param serverAddr Which servers the client connects to: "host:8080", one or several separated by
 *     commas, tried in turn. Empty: no client.
 * @param maxConnections Most connections the server admits at a time.
 * @param maxMessageSize Most bytes of one message.
 * @param readTimeout How long a frame may take from its first byte to its last.
 * @param writeTimeout How long a queued byte may wait before its connection is closed. Default 30s
 *     as server, 10s as client.
 * @param connectTimeout The client's limit for dial plus handshake, for each address.
 * @param reconnectDelay The client's first wait between dials; it doubles, with jitter, up to a
 *     minute.
 * @param handshakeTimeout The server's limit from accept to the end of the handshake.
 * @param bufferSize Most bytes taken from a socket in one read.
 * @param keepAlive Whether TCP keep-alive is on.
 * @param keepAlivePeriod Idle time before the first TCP keep-alive probe.
 * @param outboundBuffer Most bytes queued for one connection; at the bound it is closed. Default
 *     twice max-message-size.
 * @param outboundBufferTotal Most bytes queued over all connections; at the bound the connection
 *     with most queued is closed.
 * @param inboundBuffer Most bytes of incomplete frames over all connections; at the bound the
 *     connection holding most is closed. Default 64MB, or twice max-message-size if larger.
 * @param stopTimeout How long a stop waits for queued messages to be written.
 * @param compression How messages of compression-threshold and more are compressed, with peers that
 *     want that too and prove by handshake v2 who they are: none or zstd.
 * @param compressionThreshold Bytes of the smallest message that is compressed.
 * @param unauthenticated How many connections may wait for their authentication.
 * @param throttle How often one address may connect.
 * @param ssl TLS on every connection.
 */
@ConfigurationProperties("transport")
public record TransportProperties(
    @Nullable String listenAddr,
    @DefaultValue List<String> serverAddr,
    @DefaultValue("1000") int maxConnections,
    @DefaultValue("10MB") DataSize maxMessageSize,
    @DefaultValue("30s") Duration readTimeout,
    @Nullable Duration writeTimeout,
    @DefaultValue("10s") Duration connectTimeout,
    @DefaultValue("5s") Duration reconnectDelay,
    @DefaultValue("5s") Duration handshakeTimeout,
    @DefaultValue("64KB") DataSize bufferSize,
    @DefaultValue("true") boolean keepAlive,
    @DefaultValue("30s") Duration keepAlivePeriod,
    @Nullable DataSize outboundBuffer,
    @DefaultValue("256MB") DataSize outboundBufferTotal,
    @Nullable DataSize inboundBuffer,
    @DefaultValue("10s") Duration stopTimeout,
    @DefaultValue("none") Compression compression,
    @DefaultValue("4KB") DataSize compressionThreshold,
    @DefaultValue Unauthenticated unauthenticated,
    @DefaultValue Throttle throttle,
    @DefaultValue Ssl ssl) {

  static final String LISTEN_ADDR = "transport.listen-addr";
  static final String SERVER_ADDR = "transport.server-addr";
  static final String COMPRESSION = "transport.compression";
  static final String SSL_BUNDLE = "transport.ssl.bundle";
  static final String SSL_CLIENT_AUTH = "transport.ssl.client-auth";

  /** Checks the addresses. */
  public TransportProperties {
    serverAddr = serverAddr.stream().map(String::strip).filter(text -> !text.isEmpty()).toList();
    if (listenAddr != null && !listenAddr.isBlank()) {
      parse(LISTEN_ADDR, listenAddr, ":8080, host:8080 or [::1]:8080, with a port from 0 to 65535");
    }
    for (String address : serverAddr) {
      ListenAddress parsed =
          parse(SERVER_ADDR, address, "host:8080 or [::1]:8080, with a port from 1 to 65535");
      if (parsed.host().isEmpty() || parsed.port() == 0) {
        throw InvalidPropertyException.of(
            SERVER_ADDR, address, "host:8080 or [::1]:8080, with a port from 1 to 65535");
      }
    }
  }

  /**
   * What a server needs.
   *
   * @param tls made of {@link #ssl}
   * @throws InvalidPropertyException when a value is out of its limits
   * @throws IllegalStateException when there is no listen address
   */
  public ServerSettings toServerSettings(AdmissionSettings admission, Optional<TlsSettings> tls) {
    if (listenAddr == null || listenAddr.isBlank()) {
      throw new IllegalStateException(LISTEN_ADDR + " is not set, so there is no server");
    }
    ListenAddress address = ListenAddress.parse(listenAddr);
    return checked(() ->
        new ServerSettings(
            address,
            maxConnections,
            handshakeTimeout,
            outboundBufferTotal.toBytes(),
            new UnauthenticatedSettings(unauthenticated.max(), unauthenticated.maxPerAddress()),
            new ThrottleSettings(throttle.rate(), throttle.burst(), throttle.loopback()),
            admission,
            tls,
            connection(ConnectionSettings.server())));
  }

  /**
   * What a client needs.
   *
   * @param authenticate whether it sends a hello
   * @param tls made of {@link #ssl}
   * @throws InvalidPropertyException when a value is out of its limits
   */
  public ClientSettings toClientSettings(boolean authenticate, Optional<TlsSettings> tls) {
    return checked(() ->
        new ClientSettings(
            serverAddr,
            "",
            connectTimeout,
            reconnectDelay,
            authenticate,
            tls,
            connection(ConnectionSettings.client())));
  }

  /** Somebody who turns compression on must not believe that it is on where it never can be. */
  void requireHandshakeOfCompression(AuthProperties auth) {
    if (compression != Compression.NONE
        && (!auth.enabled() || auth.handshake() == HandshakePolicy.V1)) {
      throw InvalidPropertyException.of(
          COMPRESSION,
          compression.word(),
          "none, as long as "
              + (auth.enabled() ? "auth.handshake is v1" : "auth.enabled is off")
              + ": it is agreed by handshake v2");
    }
  }

  /**
   * The properties {@code transport.unauthenticated.*}.
   *
   * @param max Most connections that wait for their authentication; beyond it the oldest of the
   *     address that has most is closed.
   * @param maxPerAddress Most of one IPv4 address or IPv6 /64 network; 0 for no bound of its own.
   */
  public record Unauthenticated(
      @DefaultValue("1024") int max, @DefaultValue("64") int maxPerAddress) {}

  /**
   * The properties {@code transport.throttle.*}.
   *
   * @param rate Connections a second of one IPv4 address or IPv6 /64 network, a failed handshake
   *     counting twice; 0 switches the throttle off, as is needed behind a load balancer that hides
   *     addresses.
   * @param burst Connections of one address that may come at once.
   * @param loopback Whether connections from this machine are throttled too.
   */
  public record Throttle(
      @DefaultValue("5") int rate,
      @DefaultValue("50") int burst,
      @DefaultValue("false") boolean loopback) {}

  /**
   * The properties {@code transport.ssl.*}.
   *
   * @param bundle The SSL bundle, of spring.ssl.bundle, with the own certificate and whom to trust;
   *     TLS 1.3 is on when it is set. A bundle that changes is used from the next connection on.
   * @param clientAuth Whether a server wants a certificate of its clients: none, want or need.
   */
  public record Ssl(
      @DefaultValue("") String bundle, @DefaultValue("none") TlsSettings.ClientAuth clientAuth) {

    /** Checks that there is something to want a certificate for. */
    public Ssl {
      bundle = bundle.strip();
      if (bundle.isEmpty() && clientAuth != TlsSettings.ClientAuth.NONE) {
        throw InvalidPropertyException.of(
            SSL_CLIENT_AUTH,
            clientAuth.name().toLowerCase(Locale.ROOT),
            "none, as long as "
                + SSL_BUNDLE
                + " is not set: without TLS there are no certificates");
      }
    }
  }

  private ConnectionSettings connection(ConnectionSettings defaults) {
    int messageSize = toInt("max-message-size", maxMessageSize);
    return new ConnectionSettings(
        messageSize,
        readTimeout,
        writeTimeout == null ? defaults.writeTimeout() : writeTimeout,
        toInt("buffer-size", bufferSize),
        keepAlive,
        keepAlivePeriod,
        outboundBuffer == null
            ? ConnectionSettings.defaultOutboundBuffer(messageSize)
            : outboundBuffer.toBytes(),
        inboundBuffer == null
            ? ConnectionSettings.defaultInboundBuffer(messageSize)
            : inboundBuffer.toBytes(),
        stopTimeout,
        compressionSettings());
  }

  private CompressionSettings compressionSettings() {
    if (compression == Compression.ZSTD) {
      // Here, so that what is missing is told with the property's full name.
      var _ = ZstdCodec.load();
    }
    return new CompressionSettings(
        compression, toInt("compression-threshold", compressionThreshold));
  }

  private static int toInt(String setting, DataSize size) {
    if (size.toBytes() < Integer.MIN_VALUE || size.toBytes() > Integer.MAX_VALUE) {
      throw new InvalidSettingException(setting, size.toString(), "less than 2GB");
    }
    return (int) size.toBytes();
  }

  private static <T> T checked(Supplier<T> settings) {
    try {
      return settings.get();
    } catch (InvalidSettingException e) {
      throw InvalidPropertyException.of("transport." + e.setting(), e.value(), e.expected());
    }
  }

  private static ListenAddress parse(String property, String text, String expected) {
    try {
      return ListenAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw InvalidPropertyException.of(property, text, expected);
    }
  }
}
