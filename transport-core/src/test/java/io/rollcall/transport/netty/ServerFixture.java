package io.rollcall.transport.netty;

import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.RecordingHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/** A server on a free port of loopback, with small limits where a test wants them. */
final class ServerFixture implements AutoCloseable {

  /** What a test may change. */
  static final class Settings {
    int maxConnections = 100;
    int maxMessageSize = 1 << 20;
    long outboundBuffer = 2L << 20;
    long outboundBufferTotal = 64L << 20;
    long inboundBuffer = 64L << 20;
    Duration readTimeout = Duration.ofSeconds(30);
    Duration writeTimeout = Duration.ofSeconds(30);
    Duration handshakeTimeout = Duration.ofSeconds(5);
    Duration stopTimeout = Duration.ofSeconds(5);
    CompressionSettings compression = CompressionSettings.OFF;
    int port;
    UnauthenticatedSettings unauthenticated = UnauthenticatedSettings.DEFAULT;
    ThrottleSettings throttle = ThrottleSettings.DEFAULT;
    LongSupplier throttleTime = System::nanoTime;

    /** More than one, however few processors there are. */
    int eventLoops = 2;

    AdmissionSettings admission = AdmissionSettings.OPEN;
    Optional<TlsSettings> tls = Optional.empty();
    Optional<ServerHandshake> handshake = Optional.empty();
    Optional<MessageHandler> handler = Optional.empty();
    TransportMetrics metrics = TransportMetrics.NOOP;

    /** So many may try from one address, of loopback too, however long the test takes. */
    void throttleAfter(int attempts) {
      throttle = new ThrottleSettings(1, attempts, true);
      throttleTime = () -> 0;
    }

    private ServerSettings toServerSettings() {
      return new ServerSettings(
          new ListenAddress("127.0.0.1", port),
          maxConnections,
          handshakeTimeout,
          outboundBufferTotal,
          unauthenticated,
          throttle,
          admission,
          tls,
          new ConnectionSettings(
              maxMessageSize,
              readTimeout,
              writeTimeout,
              64 * 1024,
              true,
              Duration.ofSeconds(30),
              outboundBuffer,
              inboundBuffer,
              stopTimeout,
              compression));
    }
  }

  /** What was audited, in its order; added to on another thread. */
  final Queue<AuditEvent> audited = new ConcurrentLinkedQueue<>();

  final RecordingHandler recorded = new RecordingHandler();
  final NettyTransportServer server;

  ServerFixture(Settings settings) {
    server =
        new NettyTransportServer(
            settings.toServerSettings(),
            settings.handshake,
            settings.handler.orElse(recorded),
            recorded,
            audited::add,
            settings.metrics,
            InstantSource.system(),
            settings.throttleTime,
            settings.eventLoops);
    server.start();
  }

  RawSocketPeer connect() {
    return RawSocketPeer.connect(server.address());
  }

  /** A peer that is a connection when this returns, and that connection's id. */
  String admitted(RawSocketPeer peer) {
    peer.ping(1);
    return idOf(peer);
  }

  /** The id of a peer's connection. */
  String idOf(RawSocketPeer peer) {
    return server.connections().stream()
        .filter(info -> ((InetSocketAddress) info.remoteAddress()).getPort() == peer.localPort())
        .map(ConnectionInfo::id)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    server.stop();
  }
}
