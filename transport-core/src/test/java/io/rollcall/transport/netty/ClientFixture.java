package io.rollcall.transport.netty;

import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.retry.AddressRing;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.testing.FixedRandom;
import io.rollcall.transport.testing.ManualScheduler;
import io.rollcall.transport.testing.RecordingHandler;
import io.rollcall.transport.testing.TestKeys;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A client whose dial deadlines, back-off and lifetimes go by a {@link ManualScheduler}; every wait
 * is as long as it may be, unless it is a hasty one. Sockets, and what is inside a connection, go
 * by the real clock.
 */
final class ClientFixture implements AutoCloseable {

  static final String ID = "the-client";

  /** Unlike any back-off, so that a test can tell which of them it waits for. */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(7);

  static final Duration RECONNECT_DELAY = Duration.ofSeconds(5);

  /** What a test may change. */
  static final class Settings {
    boolean authenticate;
    AuthManager auth = TestKeys.authManager("client");
    ClientHandshakeSettings handshake =
        new ClientHandshakeSettings(HandshakePolicy.AUTO, "", Set.of());
    Optional<TlsSettings> tls = Optional.empty();
    CompressionSettings compression = CompressionSettings.OFF;
    Optional<MessageHandler> handler = Optional.empty();
    Optional<ConnectionListener> listener = Optional.empty();
    TransportMetrics metrics = TransportMetrics.NOOP;
    AddressRing.Resolver resolver = AddressRing.Resolver.SYSTEM;
    FixedRandom jitter = FixedRandom.MOST;
  }

  final ManualScheduler scheduler = new ManualScheduler();
  final RecordingHandler recorded = new RecordingHandler();
  final NettyTransportClient client;

  ClientFixture(Settings settings, String... addresses) {
    client =
        new NettyTransportClient(
            new ClientSettings(
                List.of(addresses),
                ID,
                CONNECT_TIMEOUT,
                RECONNECT_DELAY,
                settings.authenticate,
                settings.tls,
                connection(settings.compression)),
            id ->
                new ClientHandshake(
                    settings.auth,
                    id,
                    settings.handshake,
                    InstantSource.system(),
                    new SecureRandom()),
            settings.handler.orElse(recorded),
            settings.listener.orElse(recorded),
            settings.metrics,
            InstantSource.system(),
            settings.resolver,
            Optional.of(scheduler),
            settings.jitter);
  }

  private static ConnectionSettings connection(CompressionSettings compression) {
    ConnectionSettings usual = ConnectionSettings.client();
    return new ConnectionSettings(
        usual.maxMessageSize(),
        usual.readTimeout(),
        usual.writeTimeout(),
        usual.bufferSize(),
        usual.keepAlive(),
        usual.keepAlivePeriod(),
        usual.outboundBuffer(),
        usual.inboundBuffer(),
        usual.stopTimeout(),
        compression);
  }

  /** Without authentication. */
  static ClientFixture plain(String... addresses) {
    return new ClientFixture(new Settings(), addresses);
  }

  /** Whose names mean what this says. */
  static ClientFixture resolving(
      boolean authenticate, AddressRing.Resolver resolver, String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = authenticate;
    settings.resolver = resolver;
    return new ClientFixture(settings, addresses);
  }

  /** With authentication, by the key of the name {@code client}. */
  static ClientFixture authenticating(String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = true;
    return new ClientFixture(settings, addresses);
  }

  /** The same, as these settings say. */
  static ClientFixture authenticating(ClientHandshakeSettings handshake, String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = true;
    settings.handshake = handshake;
    return new ClientFixture(settings, addresses);
  }

  /** The same, and every wait is as short as it may be: none, unless something forbids that. */
  static ClientFixture hasty(ClientHandshakeSettings handshake, String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = true;
    settings.handshake = handshake;
    settings.jitter = FixedRandom.LEAST;
    return new ClientFixture(settings, addresses);
  }

  /** With authentication, by a key that may live elsewhere. */
  static ClientFixture authenticatingWith(AuthManager auth, String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = true;
    settings.auth = auth;
    return new ClientFixture(settings, addresses);
  }

  /** On TLS. */
  static ClientFixture secured(
      Optional<TlsSettings> tls, boolean authenticate, String... addresses) {
    Settings settings = new Settings();
    settings.tls = tls;
    settings.authenticate = authenticate;
    return new ClientFixture(settings, addresses);
  }

  static ClientFixture withHandler(MessageHandler handler, String... addresses) {
    Settings settings = new Settings();
    settings.handler = Optional.of(handler);
    return new ClientFixture(settings, addresses);
  }

  static ClientFixture withListener(ConnectionListener listener, String... addresses) {
    Settings settings = new Settings();
    settings.listener = Optional.of(listener);
    return new ClientFixture(settings, addresses);
  }

  /** With authentication, and what it wants compressed. */
  static ClientFixture compressing(
      CompressionSettings compression, TransportMetrics metrics, String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = true;
    settings.compression = compression;
    settings.metrics = metrics;
    return new ClientFixture(settings, addresses);
  }

  static ClientFixture counting(
      boolean authenticate, TransportMetrics metrics, String... addresses) {
    Settings settings = new Settings();
    settings.authenticate = authenticate;
    settings.metrics = metrics;
    return new ClientFixture(settings, addresses);
  }

  /** Waits until the client waits this long to dial again, and lets that pass. */
  void passBackOff(Duration expected) throws InterruptedException {
    scheduler.awaitNextIn(expected);
    scheduler.advance(expected);
  }

  @Override
  public void close() {
    client.close();
  }
}
