package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoop;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.ClientStats;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.ConnectException;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.TransportTimeoutException;
import io.rollcall.transport.codec.Codec;
import io.rollcall.transport.codec.ProtobufCodec;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportLoad;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.retry.AddressRing;
import io.rollcall.transport.retry.Backoff;
import io.rollcall.transport.retry.Dialer;
import io.rollcall.transport.retry.Reconnector;
import io.rollcall.transport.retry.RetryPolicy;
import io.rollcall.transport.retry.Scheduler;
import io.rollcall.transport.session.ClientHandshake;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link TransportClient} on Netty. Which connection there is and when is dialled is decided by
 * one {@link Reconnector}; each dial is a {@link ClientDial} of its own, and each connection a
 * {@link NettyConnection} that all its tasks belong to. No lock is held while anything is awaited.
 *
 * <p>Owns one event loop thread, from its making until {@link #close()}.
 */
public final class NettyTransportClient implements TransportClient {

  private static final Logger log = LoggerFactory.getLogger(NettyTransportClient.class);

  private final ClientSettings settings;
  private final String id;
  private final Optional<ClientHandshake> handshake;
  private final TransportMetrics metrics;
  private final InstantSource clock;
  private final AddressRing.Resolver resolver;

  private final EventLoops loops;
  private final EventLoop loop;
  private final Scheduler scheduler;
  private final Codec codec;
  private final OutboundBudget outbound;
  private final Optional<ZstdCodec> zstd;
  private final FrameEncoder frames;
  private final InboundBudget inbound;
  private final MessageDispatcher dispatcher;
  private final Backoff backoff;
  private final Reconnector<NettyConnection> reconnector;
  private final TransportMetrics.Registration watched;

  private final AtomicLong dials = new AtomicLong();
  private volatile @Nullable AddressRing addresses;
  private volatile String serverAddress;
  private final AtomicReference<ConnectionSettings> nextConnection;
  private volatile Optional<String> lastFailure = Optional.empty();
  private volatile boolean closed;

  /**
   * A client without authentication. Dials nothing yet.
   *
   * @throws InvalidSettingException when the settings ask for authentication, or an address is
   *     malformed
   */
  public NettyTransportClient(
      ClientSettings settings,
      MessageHandler handler,
      ConnectionListener listener,
      TransportMetrics metrics) {
    this(
        settings,
        clientId -> {
          throw new InvalidSettingException(
              "authenticate", "true", "false for a client that is given no keys");
        },
        handler,
        listener,
        metrics,
        InstantSource.system());
  }

  /**
   * A client with all it may need. Dials nothing yet.
   *
   * @param handshake makes the handshake for a client id; not called when the settings say not to
   *     authenticate
   * @param clock for the times that people see
   * @throws InvalidSettingException when an address is malformed
   */
  public NettyTransportClient(
      ClientSettings settings,
      Function<String, ClientHandshake> handshake,
      MessageHandler handler,
      ConnectionListener listener,
      TransportMetrics metrics,
      InstantSource clock) {
    this(
        settings,
        handshake,
        handler,
        listener,
        metrics,
        clock,
        AddressRing.Resolver.SYSTEM,
        Optional.empty(),
        () -> ThreadLocalRandom.current().nextLong());
  }

  /** With another scheduler than the event loop, for dial deadlines, back-off and lifetimes. */
  NettyTransportClient(
      ClientSettings settings,
      Function<String, ClientHandshake> handshake,
      MessageHandler handler,
      ConnectionListener listener,
      TransportMetrics metrics,
      InstantSource clock,
      AddressRing.Resolver resolver,
      Optional<Scheduler> scheduler,
      RandomGenerator random) {
    this.settings = settings;
    this.id = settings.clientId().isEmpty() ? UUID.randomUUID().toString() : settings.clientId();
    this.handshake = settings.authenticate() ? Optional.of(handshake.apply(id)) : Optional.empty();
    this.metrics = metrics;
    this.clock = clock;
    this.resolver = resolver;
    this.nextConnection = new AtomicReference<>(settings.connection());
    boolean configured = !settings.serverAddresses().isEmpty();
    this.addresses = configured ? new AddressRing(settings.serverAddresses(), resolver) : null;
    this.serverAddress = configured ? settings.serverAddresses().getFirst() : "";
    ConnectionSettings limits = settings.connection();
    this.codec = new ProtobufCodec(limits.maxMessageSize());
    this.outbound = new OutboundBudget("outbound-buffer", limits.outboundBuffer());
    CompressionSettings compression = limits.compression();
    this.zstd = ZstdCodec.of(compression);
    this.frames = FrameEncoder.of(codec, outbound, zstd, compression.threshold());
    this.inbound = new InboundBudget(limits.inboundBuffer());
    this.dispatcher =
        new MessageDispatcher(
            "client-handler-", limits.maxMessageSize(), handler, listener, metrics);
    this.loops = EventLoops.start("transport-client", 1);
    this.loop = loops.group().next();
    this.scheduler = scheduler.orElseGet(() -> Scheduler.of(loop));
    this.backoff = new Backoff(RetryPolicy.startingAt(settings.reconnectDelay()), random);
    this.reconnector = new Reconnector<>(new Dials(), backoff, this.scheduler);
    this.watched = metrics.watch(new Load());
  }

  @Override
  public void connect() {
    requireAddresses();
    begin("connect", 0, () -> {});
  }

  @Override
  public void connect(String address) {
    AddressRing given = new AddressRing(AddressRing.split(address), resolver);
    begin(
        "connect",
        0,
        () -> {
          addresses = given;
          serverAddress = given.current();
        });
  }

  @Override
  public void connectWithRetry(int maxRetries) {
    if (maxRetries < 0) {
      throw new IllegalArgumentException("maxRetries is " + maxRetries + ", expected 0 or more");
    }
    if (isConnected()) {
      return;
    }
    requireAddresses();
    try {
      begin("connectWithRetry", maxRetries, () -> {});
    } catch (NotConnectedException stopped) {
      throw stopped;
    } catch (TransportException last) {
      throw after(maxRetries + 1, last);
    }
  }

  @Override
  public void connectInBackground() {
    requireOpen();
    requireAddresses();
    reconnector.startInBackground();
  }

  @Override
  public void reconnect() {
    requireOffLoop("reconnect");
    disconnect();
    connect();
  }

  private void begin(String what, int retries, Runnable first) {
    requireOpen();
    requireOffLoop(what);
    await(reconnector.start(retries, first));
  }

  private void await(CompletableFuture<NettyConnection> dialled) {
    try {
      dialled.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof TransportException failure) {
        throw failure;
      }
      throw new IllegalStateException("dialling failed by a fault of this program", failed);
    } catch (InterruptedException interrupted) {
      disconnect();
      Thread.currentThread().interrupt();
      throw new NotConnectedException("client not connected: interrupted while connecting");
    }
  }

  /** The same failure, naming the attempts. */
  private static TransportException after(int attempts, TransportException last) {
    String message = "failed to connect after " + attempts + " attempts: " + last.getMessage();
    TransportException named =
        switch (last) {
          case ConnectException refused -> new ConnectException(message, refused);
          case TransportTimeoutException slow ->
              new TransportTimeoutException(slow.reason(), message);
          case HandshakeRejectedException rejected ->
              new HandshakeRejectedException(rejected.reason(), message);
          default -> new TransportException(last.reason(), message, last);
        };
    if (named.getCause() == null) {
      named.initCause(last);
    }
    return named;
  }

  @Override
  public void disconnect() {
    Optional<NettyConnection> connection = reconnector.stop();
    if (connection.isEmpty()) {
      return;
    }
    Link link = connection.get().link();
    CompletableFuture<Void> gone =
        connection
            .get()
            .close(CloseReason.REQUESTED, LinkContext.CLIENT_GOODBYE)
            .toCompletableFuture();
    if (loop.inEventLoop()) {
      return; // It goes on by itself; waiting here would only keep it from doing so.
    }
    try {
      gone.get(settings.connection().stopTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException tooSlow) {
      link.abort(CloseReason.REQUESTED, LinkContext.CLIENT_GOODBYE);
    } catch (InterruptedException interrupted) {
      link.abort(CloseReason.REQUESTED, LinkContext.CLIENT_GOODBYE);
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public CompletionStage<Void> send(Message message) {
    return whenConnected(connection -> connection.send(message));
  }

  @Override
  public CompletionStage<Void> sendAll(List<Message> messages) {
    return whenConnected(connection -> connection.sendAll(messages));
  }

  private CompletionStage<Void> whenConnected(
      Function<NettyConnection, CompletionStage<Void>> sending) {
    return reconnector
        .current()
        .map(sending)
        .orElseGet(() ->
            CompletableFuture.failedFuture(new NotConnectedException("client not connected")));
  }

  @Override
  public boolean isConnected() {
    return reconnector.current().isPresent();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public ClientStats stats() {
    return new ClientStats(
        id,
        serverAddress,
        reconnector.current().map(NettyConnection::info),
        dials.get(),
        lastFailure);
  }

  @Override
  public Optional<Connection> connection() {
    return reconnector.current().map(Function.identity());
  }

  @Override
  public void setReadTimeout(Duration timeout) {
    nextConnection.updateAndGet(now -> withTimeouts(now, timeout, now.writeTimeout()));
  }

  @Override
  public void setWriteTimeout(Duration timeout) {
    nextConnection.updateAndGet(now -> withTimeouts(now, now.readTimeout(), timeout));
  }

  private static ConnectionSettings withTimeouts(
      ConnectionSettings from, Duration read, Duration write) {
    return new ConnectionSettings(
        from.maxMessageSize(),
        read,
        write,
        from.bufferSize(),
        from.keepAlive(),
        from.keepAlivePeriod(),
        from.outboundBuffer(),
        from.inboundBuffer(),
        from.stopTimeout(),
        from.compression());
  }

  @Override
  public void setReconnectDelay(Duration delay) {
    backoff.setPolicy(RetryPolicy.startingAt(delay));
  }

  @Override
  public void close() {
    closed = true;
    disconnect();
    watched.close();
    loops.close();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("client is closed");
    }
  }

  private AddressRing requireAddresses() {
    AddressRing known = addresses;
    if (known == null) {
      throw new IllegalStateException(
          "no server address: give server-addr, or connect to an address");
    }
    return known;
  }

  private void requireOffLoop(String what) {
    if (loop.inEventLoop()) {
      throw new IllegalStateException(what + " blocks and may not be called on an event loop");
    }
  }

  /** Makes one {@link ClientDial} at a time for the reconnector. */
  private final class Dials implements Dialer<NettyConnection> {

    @Override
    public Runnable dial(Attempt<NettyConnection> attempt) {
      dials.incrementAndGet();
      LinkContext context =
          new LinkContext(
              nextConnection.get(),
              codec,
              frames,
              zstd,
              inbound,
              SenderIds.client(id),
              LinkContext.CLIENT_GOODBYE,
              metrics,
              clock);
      ClientDial dial =
          new ClientDial(
              loop,
              loops.channelType(),
              context,
              settings.tls(),
              handshake,
              requireAddresses(),
              settings.connectTimeout(),
              new Session(attempt));
      dial.begin(scheduler);
      return dial::giveUp;
    }

    @Override
    public boolean roundOver() {
      return requireAddresses().roundOver();
    }

    @Override
    public void newRound() {
      requireAddresses().newRound();
    }
  }

  /** One dial and the connection that came of it; its state belongs to the event loop. */
  private final class Session implements ClientDial.Owner {

    private final Dialer.Attempt<NettyConnection> attempt;
    private @Nullable Inbox inbox;

    Session(Dialer.Attempt<NettyConnection> attempt) {
      this.attempt = attempt;
    }

    @Override
    public void dialling(String text) {
      serverAddress = text;
    }

    @Override
    public void admitted(NettyConnection connection) {
      // Counted and current before its handlers hear of it: they may want to send.
      metrics.connected();
      if (!attempt.succeeded(connection)) {
        connection.link().close(CloseReason.REQUESTED, LinkContext.CLIENT_GOODBYE);
        return;
      }
      log.info(
          "{} connected to {} as {}, {}", connection.id(), serverAddress, id, proven(connection));
      inbox = ClientPipeline.admit(connection, dispatcher);
    }

    @Override
    public void ended(NettyConnection connection, CloseReason reason, String details) {
      metrics.disconnected(Duration.between(connection.info().connectedAt(), clock.instant()));
      String why = reason + (details.isEmpty() ? "" : ": " + details);
      lastFailure = Optional.of("connection ended, " + why);
      log.info("{} connection to {} ended, {}", connection.id(), serverAddress, why);
      if (inbox != null) {
        inbox.closed(connection.info(), reason, details);
      }
      reconnector.lost(connection, reason, connection.link().peerAsked());
    }

    @Override
    public void failed(TransportException failure) {
      lastFailure = Optional.of(String.valueOf(failure.getMessage()));
      log.warn("{} cannot connect: {}", id, failure.getMessage());
      attempt.failed(failure);
    }
  }

  /** What the server proved, for the log. */
  private static String proven(NettyConnection connection) {
    return switch (connection.info().handshake()) {
      case NONE -> "without a handshake";
      case V1 -> "by handshake v1: the server proved nothing";
      case V2 ->
          switch (connection.identity()) {
            case PeerIdentity.Trusted expected ->
                "by handshake v2: the server proved the expected key " + hex(expected.publicKey());
            case PeerIdentity.Unknown unknown ->
                "by handshake v2: the server's key is %s; to expect no other, set auth.server-public-key to it"
                    .formatted(hex(unknown.publicKey()));
            case PeerIdentity.Unauthenticated _ ->
                throw new IllegalStateException("v2 without a proof");
          };
    };
  }

  private static String hex(ByteString key) {
    return HexFormat.of().formatHex(key.toByteArray());
  }

  private final class Load implements TransportLoad {

    @Override
    public int activeConnections() {
      return isConnected() ? 1 : 0;
    }

    @Override
    public double inboundBufferUtilization() {
      return inbound.utilization();
    }

    @Override
    public double outboundBufferUtilization() {
      return outbound.utilization();
    }

    @Override
    public int queuedMessages() {
      return dispatcher.queued();
    }
  }
}
