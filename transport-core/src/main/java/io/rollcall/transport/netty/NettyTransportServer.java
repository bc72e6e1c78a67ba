package io.rollcall.transport.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.BindException;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.OutboundMessage;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.UnknownPeerException;
import io.rollcall.transport.audit.AuditTrail;
import io.rollcall.transport.codec.Codec;
import io.rollcall.transport.codec.ProtobufCodec;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportLoad;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.AddressThrottle;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.HandshakeCrypto;
import io.rollcall.transport.session.ServerHandshake;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link TransportServer} on Netty. Owns, from each start to the next stop, the listening socket,
 * the event loops, the threads that judge hellos, the audit trail, and the connections.
 *
 * <p>Stages it returns complete on a connection's event loop: what is attached to them must not
 * block.
 */
public final class NettyTransportServer implements TransportServer {

  private static final Logger log = LoggerFactory.getLogger(NettyTransportServer.class);

  private static final int BACKLOG = 4096;

  /** How long the end waits for the audit listener, even when nothing is left of its own limit. */
  private static final Duration LEAST_FOR_AUDIT = Duration.ofSeconds(1);

  private final ServerSettings settings;
  private final Optional<ServerHandshake> handshake;
  private final AuditListener audit;
  private final TransportMetrics metrics;
  private final InstantSource clock;
  private final LongSupplier throttleTime;
  private final int eventLoops;
  private final Codec codec;
  private final OutboundBudget outbound;
  private final Optional<ZstdCodec> zstd;
  private final FrameEncoder frames;
  private final ConnectionManager<NettyConnection> connections;
  private final MessageDispatcher dispatcher;
  private final AtomicReference<State> state = new AtomicReference<>(new State.Stopped());

  /**
   * Makes a server that does not listen yet.
   *
   * @param handshake judges hellos; must be there if the settings want authentication
   * @param handler gets the messages
   * @param listener hears of connections
   * @param audit hears of refused peers and offences
   * @param clock for times that people see
   */
  public NettyTransportServer(
      ServerSettings settings,
      Optional<ServerHandshake> handshake,
      MessageHandler handler,
      ConnectionListener listener,
      AuditListener audit,
      TransportMetrics metrics,
      InstantSource clock) {
    this(
        settings,
        handshake,
        handler,
        listener,
        audit,
        metrics,
        clock,
        System::nanoTime,
        EventLoops.serverThreads());
  }

  /**
   * The same with a clock of its own for the throttle.
   *
   * @param throttleTime only goes forward, in nanoseconds
   * @param eventLoops how many share the connections
   */
  NettyTransportServer(
      ServerSettings settings,
      Optional<ServerHandshake> handshake,
      MessageHandler handler,
      ConnectionListener listener,
      AuditListener audit,
      TransportMetrics metrics,
      InstantSource clock,
      LongSupplier throttleTime,
      int eventLoops) {
    if (settings.admission().authentication() && handshake.isEmpty()) {
      throw new IllegalArgumentException("authentication is on, and nobody judges hellos");
    }
    this.settings = settings;
    this.handshake = handshake;
    this.audit = audit;
    this.metrics = metrics;
    this.clock = clock;
    this.throttleTime = throttleTime;
    this.eventLoops = eventLoops;
    int maxMessageSize = settings.connection().maxMessageSize();
    this.codec = new ProtobufCodec(maxMessageSize);
    this.outbound = new OutboundBudget("outbound-buffer-total", settings.outboundBufferTotal());
    CompressionSettings compression = settings.connection().compression();
    this.zstd = ZstdCodec.of(compression);
    this.frames = FrameEncoder.of(codec, outbound, zstd, compression.threshold());
    this.connections =
        new ConnectionManager<>(settings.maxConnections(), metrics, System::nanoTime);
    this.dispatcher =
        new MessageDispatcher("server-handler-", maxMessageSize, handler, listener, metrics);
  }

  // ---- life

  @Override
  public void start() {
    if (!(state.get() instanceof State.Stopped stopped)
        || !state.compareAndSet(stopped, new State.Changing())) {
      throw new IllegalStateException("the server is running already");
    }
    State next = new State.Stopped();
    try {
      next = listen();
    } finally {
      state.set(next);
    }
  }

  private State.Running listen() {
    EventLoops loops = EventLoops.start("transport-server", eventLoops);
    HandshakeCrypto crypto = new HandshakeCrypto();
    AuditTrail trail = new AuditTrail(audit);
    InboundBudget inbound = new InboundBudget(settings.connection().inboundBuffer());
    LinkContext context =
        new LinkContext(
            settings.connection(),
            codec,
            frames,
            zstd,
            inbound,
            SenderIds.SERVER,
            LinkContext.SERVER_GOODBYE,
            metrics,
            clock);
    Withdrawals withdrawals =
        new Withdrawals(connections, handshake.map(ServerHandshake::trust), trail);
    ServerAdmission admission =
        new ServerAdmission(
            connections,
            dispatcher,
            settings.unauthenticated(),
            new AddressThrottle(settings.throttle(), throttleTime),
            withdrawals,
            trail);
    ServerPipeline pipeline = new ServerPipeline(settings, context, admission, handshake, crypto);
    Runnable trustUnheard = withdrawals.start();
    AcceptWatch accepts = new AcceptWatch(metrics, System::nanoTime);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannelType())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(accepts)
            .childHandler(pipeline)
            .bind(socketAddress(settings.listenAddress()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      trustUnheard.run();
      crypto.close();
      loops.close();
      trail.close(LEAST_FOR_AUDIT);
      throw cannotListen(bound.cause());
    }
    Channel listening = bound.channel();
    TransportMetrics.Registration load = metrics.watch(new Load(inbound));
    log.info("listening on {}", LogText.of(listening.localAddress()));
    Offences offences = new Offences(settings.admission().maxOffences(), trail);
    return new State.Running(
        listening, accepts, loops, pipeline, crypto, trail, offences, trustUnheard, load);
  }

  private static InetSocketAddress socketAddress(ListenAddress address) {
    return address.host().isEmpty()
        ? new InetSocketAddress(address.port())
        : new InetSocketAddress(address.host(), address.port());
  }

  private BindException cannotListen(@Nullable Throwable cause) {
    Throwable known = cause == null ? new IllegalStateException("no cause") : cause;
    return new BindException(
        "cannot listen on " + settings.listenAddress() + ": " + why(known), known);
  }

  /** The operating system's words, without the call that failed. */
  private static String why(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("already in use")) {
      return "address already in use";
    }
    if (text.contains("permission denied")) {
      return "permission denied";
    }
    if (text.contains("assign requested address")) {
      return "no address of this machine";
    }
    if (cause instanceof java.nio.channels.UnresolvedAddressException) {
      return "unknown host";
    }
    return text;
  }

  @Override
  public void stop() {
    if (!(state.get() instanceof State.Running running)
        || !state.compareAndSet(running, new State.Changing())) {
      return;
    }
    try {
      stop(running);
    } finally {
      state.set(new State.Stopped());
    }
  }

  private void stop(State.Running running) {
    Duration limit = settings.connection().stopTimeout();
    long start = System.nanoTime();
    long deadline = start + limit.toNanos();
    running.listening.close().awaitUninterruptibly(limit.toMillis());
    try {
      // The last tenth is for the end of those that do not drain: their handlers hear of it too.
      long drained = start + limit.toNanos() / 10 * 9;
      running.loops.awaitTurn(left(drained));
      closeAll(running, drained, deadline);
      if (!dispatcher.awaitIdle(left(deadline))) {
        log.warn("handlers are still busy after {}, the stop does not wait for them", limit);
      }
    } catch (InterruptedException interrupted) {
      log.warn("interrupted while stopping: connections are cut");
      Thread.currentThread().interrupt();
    } finally {
      running.load.close();
      running.trustUnheard.run();
      running.crypto.close();
      running.loops.close();
      Duration left = left(deadline);
      running.trail.close(left.compareTo(LEAST_FOR_AUDIT) < 0 ? LEAST_FOR_AUDIT : left);
      log.info("stopped");
    }
  }

  /** A goodbye to every peer behind what is queued for it, and when that takes long the axe. */
  private void closeAll(State.Running running, long drained, long deadline)
      throws InterruptedException {
    List<Link> links = List.copyOf(running.pipeline.links());
    CountDownLatch open = new CountDownLatch(links.size());
    for (Link link : links) {
      link.whenClosed(open::countDown);
      link.close(CloseReason.REQUESTED, LinkContext.SERVER_GOODBYE);
    }
    if (!open.await(left(drained).toNanos(), TimeUnit.NANOSECONDS)) {
      log.warn("{} connections did not drain in time and are cut", open.getCount());
      running.pipeline.links().forEach(link -> link.abort(CloseReason.REQUESTED, "cut at stop"));
      var _ = open.await(left(deadline).toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  @Override
  public boolean isRunning() {
    return state.get() instanceof State.Running running && running.listening.isOpen();
  }

  @Override
  public Optional<String> acceptProblem() {
    return state.get() instanceof State.Running running
        ? running.accepts.problem()
        : Optional.empty();
  }

  @Override
  public InetSocketAddress address() {
    if (state.get() instanceof State.Running running
        && running.listening.localAddress() instanceof InetSocketAddress address) {
      return address;
    }
    throw new IllegalStateException("the server is not running");
  }

  // ---- sending

  @Override
  public CompletionStage<Void> send(String connectionIdOrIdentity, Message message) {
    List<NettyConnection> recipients = connections.findByIdOrIdentity(connectionIdOrIdentity);
    if (recipients.isEmpty()) {
      return CompletableFuture.failedFuture(new UnknownPeerException(connectionIdOrIdentity));
    }
    if (recipients.size() == 1) {
      return recipients.getFirst().send(message);
    }
    OutboundFrame frame;
    try {
      frame = frames.encode(message);
    } catch (TransportException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      return CompletableFuture.allOf(
          recipients.stream()
              .map(recipient -> recipient.sendShared(frame))
              .toArray(CompletableFuture<?>[]::new));
    } finally {
      frame.release();
    }
  }

  @Override
  public CompletionStage<BroadcastResult> send(Collection<String> connectionIds, Message message) {
    List<NettyConnection> recipients = new ArrayList<>(connectionIds.size());
    Map<String, TransportException> unknown = new LinkedHashMap<>();
    for (String id : new LinkedHashSet<>(connectionIds)) {
      connections
          .find(id)
          .ifPresentOrElse(recipients::add, () -> unknown.put(id, new UnknownPeerException(id)));
    }
    return broadcast(recipients, unknown, message);
  }

  @Override
  public CompletionStage<BroadcastResult> sendAll(List<OutboundMessage> messages) {
    Mailing mailing = new Mailing(connections, frames, metrics);
    messages.forEach(mailing::add);
    return mailing.send();
  }

  @Override
  public CompletionStage<BroadcastResult> broadcast(
      Message message, Set<String> excludedConnectionIds) {
    List<NettyConnection> recipients = connections.all();
    recipients.removeIf(connection -> excludedConnectionIds.contains(connection.id()));
    return broadcast(recipients, Map.of(), message);
  }

  private CompletionStage<BroadcastResult> broadcast(
      Collection<NettyConnection> recipients,
      Map<String, TransportException> unknown,
      Message message) {
    OutboundFrame frame;
    try {
      frame = frames.encode(SenderIds.put(SenderIds.PUBLISHER, message));
    } catch (TransportException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      return connections.broadcast(
          recipients,
          unknown,
          (connection, done) ->
              connection.send(frame, failure -> done.accept(connection, failure)));
    } finally {
      frame.release();
    }
  }

  // ---- judging

  @Override
  public void offence(String connectionId, String what) {
    if (state.get() instanceof State.Running running) {
      connections
          .findUntilHandled(connectionId)
          .ifPresent(connection -> running.offences.committed(connection, what));
    }
  }

  // ---- looking

  @Override
  public List<ConnectionInfo> connections() {
    return connections.infos();
  }

  @Override
  public Optional<Connection> connection(String connectionId) {
    return connections.find(connectionId).map(connection -> connection);
  }

  @Override
  public int connectionCount() {
    return connections.count();
  }

  /** One state, so that what belongs to it cannot be half there. */
  private sealed interface State {

    record Stopped() implements State {}

    /** Starting or stopping. */
    record Changing() implements State {}

    record Running(
        Channel listening,
        AcceptWatch accepts,
        EventLoops loops,
        ServerPipeline pipeline,
        HandshakeCrypto crypto,
        AuditTrail trail,
        Offences offences,
        Runnable trustUnheard,
        TransportMetrics.Registration load)
        implements State {}
  }

  private final class Load implements TransportLoad {
    private final InboundBudget inbound;

    private Load(InboundBudget inbound) {
      this.inbound = inbound;
    }

    @Override
    public int activeConnections() {
      return connections.count();
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
