package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
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
 * <p>Its state belongs to one event loop, the one its connection lives on. Names are resolved and
 * the hello is signed on a virtual thread each.
 */
final class ClientDial {

  /** Most bytes of a server's first frame while a handshake is under way. */
  static final int FIRST_FRAME_LIMIT = 4096;

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
  private @Nullable HandshakeRejectedException refusal;

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
    if (tls.isEmpty()) {
      frames.onUnreadable(
          problem -> ErrorHandler.end(made, TlsPeer.orTls(problem, TlsPeer.SERVER)));
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
      admit(made);
      return;
    }
    phase = Phase.HANDSHAKE;
    frames.expectFirst(FIRST_FRAME_LIMIT, first -> FIRST_FRAME_LIMIT);
    ClientHandshake shake = handshake.get();
    ClientPipeline.expectAnswer(made, new Answer(made, shake));
    Thread.ofVirtual().name("client-hello").start(() -> sayHello(made, shake));
  }

  private void sayHello(Link to, ClientHandshake shake) {
    OutboundFrame frame;
    try {
      frame = context.frames().encode(shake.hello());
    } catch (RuntimeException fault) {
      onLoop(() ->
          fail(
              new TransportException(
                  CloseReason.INTERNAL_ERROR,
                  "handshake failed: cannot make a hello: " + fault.getMessage(),
                  fault)));
      return;
    }
    try {
      to.send(frame, Delivery.IGNORED);
    } finally {
      frame.release();
    }
  }

  /**
   * Takes the server's first frame and leaves the pipeline. After a refusal it waits a moment for
   * the goodbye behind it, which says whether it was for the key or for want of room.
   */
  private final class Answer extends ChannelInboundHandlerAdapter {

    private final Link from;
    private final ClientHandshake shake;

    Answer(Link from, ClientHandshake shake) {
      this.from = from;
      this.shake = shake;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteString frame = (ByteString) message;
      HandshakeRejectedException refused = refusal;
      if (refused != null) {
        from.messageCame(Message.PayloadCase.DISCONNECT, frame.size());
        fail(shake.explain(refused, frame));
        return;
      }
      from.messageCame(Message.PayloadCase.HANDSHAKE_RESPONSE, frame.size());
      try {
        shake.judge(frame);
      } catch (HandshakeRejectedException rejected) {
        HandshakeRejectedException named =
            new HandshakeRejectedException(
                rejected.reason(),
                "handshake failed: " + rejected.getMessage() + " (server " + target + ")");
        if (rejected.reason() == CloseReason.AUTH_FAILURE) {
          refusal = named;
          from.schedule(() -> fail(named), Link.GOODBYE_LIMIT.toNanos());
        } else {
          fail(named);
        }
        return;
      }
      ctx.pipeline().remove(this);
      admit(from);
    }
  }

  private void admit(Link of) {
    if (phase == Phase.FAILED) {
      return;
    }
    finish(Phase.ADMITTED);
    NettyConnection admitted =
        new NettyConnection(
            of,
            new PeerIdentity.Unauthenticated(),
            handshake.isPresent() ? HandshakeVersion.V1 : HandshakeVersion.NONE);
    connection = admitted;
    owner.admitted(admitted);
  }

  private void linkEnded(CloseReason reason, String details) {
    NettyConnection admitted = connection;
    if (admitted != null) {
      owner.ended(admitted, reason, details);
      return;
    }
    HandshakeRejectedException refused = refusal;
    if (refused != null) {
      fail(refused);
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

  /** Whether it is connected, and TLS is not established. */
  private boolean inTls() {
    Link connected = link;
    return connected != null && connected.silent();
  }

  private void timedOut() {
    HandshakeRejectedException refused = refusal;
    if (refused != null) {
      fail(refused);
      return;
    }
    String limit = timeout.toMillis() + " ms (connect-timeout)";
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
    if (phase == Phase.ADMITTED || phase == Phase.FAILED) {
      return;
    }
    Operation operation = phase == Phase.HANDSHAKE ? Operation.HANDSHAKE : Operation.CONNECT;
    // Bytes that could not be read, for example, were counted where they were read.
    Link broken = link;
    boolean counted = broken != null && broken.faultCounted();
    finish(Phase.FAILED);
    closeSocket();
    if (!counted) {
      context.metrics().error(failure.reason(), operation);
    }
    owner.failed(failure);
  }

  private void finish(Phase last) {
    phase = last;
    cancelDeadline.run();
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
