package io.rollcall.transport.netty;

import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.MessageHandler;
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

  private static final ClientHandshakeSettings BY_DEFAULT =
      new ClientHandshakeSettings(HandshakePolicy.AUTO, "", Set.of());

  final ManualScheduler scheduler = new ManualScheduler();
  final RecordingHandler recorded = new RecordingHandler();
  final NettyTransportClient client;

  private ClientFixture(boolean authenticate, MessageHandler handler, List<String> addresses) {
    this(
        authenticate,
        Optional.of(handler),
        Optional.empty(),
        TransportMetrics.NOOP,
        AddressRing.Resolver.SYSTEM,
        addresses);
  }

  private ClientFixture(
      boolean authenticate,
      Optional<MessageHandler> handler,
      Optional<ConnectionListener> listener,
      TransportMetrics metrics,
      AddressRing.Resolver resolver,
      List<String> addresses) {
    this(
        authenticate,
        BY_DEFAULT,
        handler,
        listener,
        metrics,
        resolver,
        FixedRandom.MOST,
        addresses);
  }

  private ClientFixture(
      boolean authenticate,
      ClientHandshakeSettings handshake,
      Optional<MessageHandler> handler,
      Optional<ConnectionListener> listener,
      TransportMetrics metrics,
      AddressRing.Resolver resolver,
      FixedRandom jitter,
      List<String> addresses) {
    client =
        new NettyTransportClient(
            new ClientSettings(
                addresses,
                ID,
                CONNECT_TIMEOUT,
                RECONNECT_DELAY,
                authenticate,
                Optional.empty(),
                ConnectionSettings.client()),
            id ->
                new ClientHandshake(
                    TestKeys.authManager("client"),
                    id,
                    handshake,
                    InstantSource.system(),
                    new SecureRandom()),
            handler.orElse(recorded),
            listener.orElse(recorded),
            metrics,
            InstantSource.system(),
            resolver,
            Optional.of(scheduler),
            jitter);
  }

  /** Without authentication. */
  static ClientFixture plain(String... addresses) {
    return resolving(false, AddressRing.Resolver.SYSTEM, addresses);
  }

  /** Whose names mean what this says. */
  static ClientFixture resolving(
      boolean authenticate, AddressRing.Resolver resolver, String... addresses) {
    return new ClientFixture(
        authenticate,
        Optional.empty(),
        Optional.empty(),
        TransportMetrics.NOOP,
        resolver,
        List.of(addresses));
  }

  /** With authentication, by the key of the name {@code client}. */
  static ClientFixture authenticating(String... addresses) {
    return resolving(true, AddressRing.Resolver.SYSTEM, addresses);
  }

  /** The same, as these settings say. */
  static ClientFixture authenticating(ClientHandshakeSettings handshake, String... addresses) {
    return authenticating(handshake, FixedRandom.MOST, addresses);
  }

  /** The same, and every wait is as short as it may be: none, unless something forbids that. */
  static ClientFixture hasty(ClientHandshakeSettings handshake, String... addresses) {
    return authenticating(handshake, FixedRandom.LEAST, addresses);
  }

  private static ClientFixture authenticating(
      ClientHandshakeSettings handshake, FixedRandom jitter, String... addresses) {
    return new ClientFixture(
        true,
        handshake,
        Optional.empty(),
        Optional.empty(),
        TransportMetrics.NOOP,
        AddressRing.Resolver.SYSTEM,
        jitter,
        List.of(addresses));
  }

  static ClientFixture withHandler(MessageHandler handler, String... addresses) {
    return new ClientFixture(false, handler, List.of(addresses));
  }

  static ClientFixture withListener(ConnectionListener listener, String... addresses) {
    return new ClientFixture(
        false,
        Optional.empty(),
        Optional.of(listener),
        TransportMetrics.NOOP,
        AddressRing.Resolver.SYSTEM,
        List.of(addresses));
  }

  static ClientFixture counting(
      boolean authenticate, TransportMetrics metrics, String... addresses) {
    return new ClientFixture(
        authenticate,
        Optional.empty(),
        Optional.empty(),
        metrics,
        AddressRing.Resolver.SYSTEM,
        List.of(addresses));
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
