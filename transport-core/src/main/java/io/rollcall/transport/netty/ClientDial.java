package io.rollcall.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.ConnectException;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.TransportTimeoutException;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.retry.AddressRing;
import io.rollcall.transport.retry.Scheduler;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.UnprovenServerException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * One dial, from the address to an admitted connection or a failure: resolve, connect, shake hands,
 * all within one deadline. Used once, and everything it begins belongs to it alone: when it is
 * over, what still comes of it is thrown away.
 *
 * <p>Its state belongs to one event loop, the one its connection lives on. Names are resolved on a
 * virtual thread.
 */
final class ClientDial implements ClientHandshakeHandler.Outcome {

  /** What becomes of an admitted connection, on its event loop. */
  interface Owner {

    /** The dial knows its address now: name or address, and port, as a person writes them. */
    void dialling(String text);

    /** Makes the connection work, or ends it. */
    void admitted(NettyConnection connection);

    /** An admitted connection begins to end. */
    void ended(NettyConnection connection, CloseReason reason, String details);

    /** The dial failed. */
    void failed(TransportException failure);
  }

  private enum Phase {
    RESOLVING,
    CONNECTING,
    HANDSHAKE,
    ADMITTED,
    FAILED
  }

  private final EventLoop loop;
  private final Class<? extends Channel> channelType;
  private final LinkContext context;
  private final Optional<TlsSettings> tls;
  private final Optional<ClientHandshake> handshake;
  private final Owner owner;
  private final AddressRing addresses;
  private final Duration timeout;

  // Event loop.
  private Phase phase = Phase.RESOLVING;
  private Runnable cancelDeadline = () -> {};
  private String target;
  private @Nullable Channel channel;
  private @Nullable Link link;
  private @Nullable NettyConnection connection;
  private @Nullable ClientHandshakeHandler handler;

  ClientDial(
      EventLoop loop,
      Class<? extends Channel> channelType,
      LinkContext context,
      Optional<TlsSettings> tls,
      Optional<ClientHandshake> handshake,
      AddressRing addresses,
      Duration timeout,
      Owner owner) {
    this.loop = loop;
    this.channelType = channelType;
    this.context = context;
    this.tls = tls;
    this.handshake = handshake;
    this.addresses = addresses;
    this.timeout = timeout;
    this.owner = owner;
    this.target = addresses.current();
  }

  /** Begins; any thread. */
  void begin(Scheduler scheduler) {
    onLoop(() -> {
      cancelDeadline = scheduler.schedule(() -> onLoop(this::timedOut), timeout);
      Thread.ofVirtual().name("client-resolve").start(this::resolve);
    });
  }

  /** Nobody wants it any more; any thread. A connection that was admitted is not touched. */
  void giveUp() {
    onLoop(() -> {
      if (phase != Phase.ADMITTED && phase != Phase.FAILED) {
        finish(Phase.FAILED);
        closeSocket();
      }
    });
  }

  private void resolve() {
    try {
      InetSocketAddress address = addresses.next();
      onLoop(() -> connect(address));
    } catch (UnknownHostException unknown) {
      onLoop(() -> fail(new ConnectException("unknown host: " + target, unknown)));
    } catch (RuntimeException fault) {
      onLoop(() -> fail(new ConnectException("cannot resolve " + target, fault)));
    }
  }

  private void connect(InetSocketAddress address) {
    if (phase != Phase.RESOLVING) {
      return;
    }
    phase = Phase.CONNECTING;
    target = text(address.getAddress().getHostAddress(), address.getPort());
    owner.dialling(text(address.getHostString(), address.getPort()));
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            // The deadline of the dial is the only one.
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel opened) {
                    SocketOptions.apply(opened, context.settings());
                  }
                })
            .connect(address);
    channel = connecting.channel();
    // On the loop, and before the first read: the handlers are there for the first byte.
    connecting.addListener(done -> {
      if (done.isSuccess()) {
        connected(connecting.channel(), address);
      } else {
        fail(refused(done.cause()));
      }
    });
  }

  private TransportException refused(Throwable cause) {
    String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (words.contains("connection refused")) {
      return new ConnectException("connection refused: nobody listens on " + target, cause);
    }
    if (cause instanceof NoRouteToHostException || words.contains("unreachable")) {
      return new ConnectException("no route to host: " + target, cause);
    }
    return new ConnectException("cannot connect to " + target + ": " + words, cause);
  }

  private void connected(Channel opened, InetSocketAddress address) {
    if (phase != Phase.CONNECTING) {
      return;
    }
    Link made = Link.of(UUID.randomUUID().toString(), opened, context);
    link = made;
    made.onEnd(this::linkEnded);
    FrameDecoder frames = ConnectionPipeline.begin(made);
    frames.onUnreadable(problem ->
        ErrorHandler.end(
            made, ClientHandshakeHandler.orTooLong(TlsPeer.orTls(problem, TlsPeer.SERVER))));
    if (tls.isEmpty()) {
      shakeHands(made, frames);
      return;
    }
    phase = Phase.HANDSHAKE;
    made.keepSilent();
    SSLEngine engine;
    try {
      engine = Tls.clientEngine(tls.get(), address.getHostString(), address.getPort());
    } catch (RuntimeException fault) {
      fail(
          new TransportException(
              CloseReason.INTERNAL_ERROR,
              "handshake failed: TLS could not begin: " + fault.getMessage(),
              fault));
      return;
    }
    TlsLayer.begin(
        made,
        TlsPeer.SERVER,
        engine,
        step -> Thread.ofVirtual().name("client-tls").start(step),
        () -> shakeHands(made, frames));
  }

  private void shakeHands(Link made, FrameDecoder frames) {
    if (handshake.isEmpty()) {
      admit(made, new PeerIdentity.Unauthenticated(), HandshakeVersion.NONE, Compression.NONE);
      return;
    }
    phase = Phase.HANDSHAKE;
    handler =
        ClientHandshakeHandler.begin(
            made,
            frames,
            handshake
                .get()
                .begin(Tls.binding(made.channel()), context.settings().compression().algorithm()),
            this);
  }

  @Override
  public void done(PeerIdentity server, HandshakeVersion version, Compression compression) {
    if (link != null) {
      admit(link, server, version, compression);
    }
  }

  @Override
  public void failed(TransportException why) {
    fail(named(why));
  }

  @Override
  public void refused(UnprovenServerException why) {
    Link refused = link;
    HandshakeRejectedException named = new HandshakeRejectedException(why.reason(), text(why));
    fail(
        named,
        () -> {
          if (refused != null) {
            refused.close(CloseReason.AUTH_FAILURE, UnprovenServerException.DETAILS);
          }
        });
  }

  private TransportException named(TransportException why) {
    return why instanceof HandshakeRejectedException
        ? new HandshakeRejectedException(why.reason(), text(why))
        : new TransportException(why.reason(), "handshake failed: " + why.getMessage(), why);
  }

  private String text(TransportException why) {
    return "handshake failed: " + why.getMessage() + " (server " + target + ")";
  }

  private void admit(
      Link of, PeerIdentity server, HandshakeVersion version, Compression compression) {
    if (phase == Phase.FAILED) {
      return;
    }
    finish(Phase.ADMITTED);
    NettyConnection admitted = new NettyConnection(of, server, version, compression);
    connection = admitted;
    owner.admitted(admitted);
  }

  private void linkEnded(CloseReason reason, String details) {
    NettyConnection admitted = connection;
    if (admitted != null) {
      owner.ended(admitted, reason, details);
      return;
    }
    if (failAsRefused()) {
      return;
    }
    String mayBePlain = inTls() ? "; it may not speak TLS, which is on here" : "";
    switch (reason) {
      case END_OF_STREAM ->
          fail(
              new HandshakeRejectedException(
                  reason,
                  "handshake failed: "
                      + target
                      + " closed the connection without an answer"
                      + mayBePlain));
      case NETWORK_ERROR ->
          fail(
              new ConnectException(
                  "connection to "
                      + target
                      + " broke during the handshake: "
                      + details
                      + mayBePlain,
                  new IOException(details)));
      default ->
          fail(
              new HandshakeRejectedException(
                  reason, "handshake failed: " + details + " (server " + target + ")"));
    }
  }

  /** The server said no already, and only its goodbye was waited for. */
  private boolean failAsRefused() {
    Optional<HandshakeRejectedException> refusal =
        Optional.ofNullable(handler).flatMap(ClientHandshakeHandler::refusal);
    refusal.ifPresent(this::failed);
    return refusal.isPresent();
  }

  /** Whether it is connected, and TLS is not established. */
  private boolean inTls() {
    Link connected = link;
    return connected != null && connected.silent();
  }

  private void timedOut() {
    if (failAsRefused()) {
      return;
    }
    String limit = timeout.toMillis() + " ms (connect-timeout)";
    if (handler != null && handler.isBusy()) {
      fail(
          new TransportTimeoutException(
              CloseReason.INTERNAL_ERROR,
              "handshake timeout: the own key did not sign within " + limit));
      return;
    }
    fail(
        switch (phase) {
          case RESOLVING ->
              new TransportTimeoutException(
                  CloseReason.NETWORK_ERROR,
                  "connect timeout: " + target + " was not resolved within " + limit);
          case CONNECTING ->
              new TransportTimeoutException(
                  CloseReason.NETWORK_ERROR,
                  "connect timeout: " + target + " did not answer within " + limit);
          default ->
              new TransportTimeoutException(
                  CloseReason.READ_TIMEOUT,
                  "handshake timeout: "
                      + target
                      + " took the connection and did not answer the "
                      + (inTls() ? "TLS handshake" : "handshake")
                      + " within "
                      + limit);
        });
  }

  private void fail(TransportException failure) {
    fail(failure, this::closeSocket);
  }

  private void fail(TransportException failure, Runnable closing) {
    if (phase == Phase.ADMITTED || phase == Phase.FAILED) {
      return;
    }
    Operation operation = phase == Phase.HANDSHAKE ? Operation.HANDSHAKE : Operation.CONNECT;
    // Bytes that could not be read, for example, were counted where they were read.
    Link broken = link;
    boolean counted = broken != null && broken.faultCounted();
    finish(Phase.FAILED);
    closing.run();
    if (!counted) {
      context.metrics().error(failure.reason(), operation);
    }
    owner.failed(failure);
  }

  private void finish(Phase last) {
    phase = last;
    cancelDeadline.run();
    if (handler != null) {
      handler.giveUp();
    }
  }

  private void closeSocket() {
    if (link != null) {
      link.abort(CloseReason.REQUESTED, "the dial is over");
    } else if (channel != null) {
      var _ = channel.close();
    }
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException clientClosed) {
      // Then nobody waits for this dial, and its socket went with the loop.
    }
  }

  private static String text(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
