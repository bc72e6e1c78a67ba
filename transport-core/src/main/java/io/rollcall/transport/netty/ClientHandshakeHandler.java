package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.session.ClientExchange;
import io.rollcall.transport.session.UnprovenServerException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of a connection's first frames: sends what a {@link ClientExchange} makes, gives
 * it what comes back, and leaves the pipeline when that is done. Signing and verifying happens on a
 * virtual thread, everything else on the event loop.
 *
 * <p>After a refusal it waits a moment for the goodbye behind it, which says whether it was for the
 * key or for want of room.
 */
final class ClientHandshakeHandler extends ChannelInboundHandlerAdapter {

  /** Most bytes of a server's frame while a handshake is under way. */
  static final int MOST_BYTES = 4096;

  /** Hears on the event loop, once, how it ended. */
  interface Outcome {

    /** Both sides are satisfied; frames that come from here on are messages. */
    void done(PeerIdentity server, HandshakeVersion version, Compression compression);

    /** They are not. */
    void failed(TransportException why);

    /** They are not, and it is this side that says so: the peer is told, and the link ends. */
    void refused(UnprovenServerException why);
  }

  private final Link link;
  private final FrameDecoder frames;
  private final ClientExchange exchange;
  private final Outcome outcome;
  private @Nullable HandshakeRejectedException refusal;
  private @Nullable Thread aside;

  private ClientHandshakeHandler(
      Link link, FrameDecoder frames, ClientExchange exchange, Outcome outcome) {
    this.link = link;
    this.frames = frames;
    this.exchange = exchange;
    this.outcome = outcome;
  }

  /** Begins the handshake; on the event loop. */
  static ClientHandshakeHandler begin(
      Link link, FrameDecoder frames, ClientExchange exchange, Outcome outcome) {
    ClientHandshakeHandler handler = new ClientHandshakeHandler(link, frames, exchange, outcome);
    handler.expectAnswer();
    link.channel()
        .pipeline()
        .addBefore(ConnectionPipeline.ERRORS, ConnectionPipeline.HANDSHAKE, handler);
    handler.say(exchange::hello);
    return handler;
  }

  /** The limit of a server's answer is no setting, and raising one would not help. */
  static TransportException orTooLong(TransportException problem) {
    return problem instanceof MessageTooLargeException large && large.limit() == MOST_BYTES
        ? new TransportException(
            CloseReason.PROTOCOL_ERROR,
            "the server's answer to the handshake has %d bytes, at most %d are allowed"
                .formatted(large.size(), large.limit()))
        : problem;
  }

  /** Why the server refused, if it did and its goodbye is still waited for. */
  Optional<HandshakeRejectedException> refusal() {
    return Optional.ofNullable(refusal);
  }

  private void expectAnswer() {
    frames.expectFirst(MOST_BYTES, first -> MOST_BYTES);
  }

  /** What comes before the words are out is no answer to them: it is not read before. */
  private void say(Supplier<HandshakeRequest> words) {
    link.pause(Link.Pause.HANDSHAKE);
    aside(
        words,
        request -> {
          OutboundFrame frame;
          try {
            frame = link.context().frames().encode(request);
          } catch (TransportException tooLarge) {
            outcome.failed(tooLarge);
            return;
          }
          try {
            link.send(frame, Delivery.IGNORED);
          } finally {
            frame.release();
          }
          link.resume(Link.Pause.HANDSHAKE);
        });
  }

  /** Whether it is the own key, or the check of the server's, that is waited for. */
  boolean isBusy() {
    return aside != null;
  }

  /** Nobody waits for it any more: a signer far away must not keep one thread for each dial. */
  void giveUp() {
    Thread unfinished = aside;
    if (unfinished != null) {
      unfinished.interrupt();
    }
  }

  /**
   * Does the first on a virtual thread, and then, on the event loop, the second with the result.
   */
  private <T> void aside(Supplier<T> work, Consumer<T> then) {
    aside =
        Thread.ofVirtual()
            .name("client-handshake")
            .start(() -> {
              try {
                T result = work.get();
                backWith(() -> then.accept(result));
              } catch (UnprovenServerException impostor) {
                backWith(() -> outcome.refused(impostor));
              } catch (RuntimeException fault) {
                backWith(() ->
                    outcome.failed(
                        new TransportException(
                            CloseReason.INTERNAL_ERROR,
                            "cannot sign: " + fault.getMessage(),
                            fault)));
              }
            });
  }

  private void backWith(Runnable task) {
    link.execute(() -> {
      aside = null;
      if (!link.ended()) {
        task.run();
      }
    });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteString frame = (ByteString) message;
    HandshakeRejectedException refused = refusal;
    if (refused != null) {
      link.messageCame(Message.PayloadCase.DISCONNECT, frame.size());
      outcome.failed(exchange.explain(refused, frame));
      return;
    }
    link.messageCame(Message.PayloadCase.HANDSHAKE_RESPONSE, frame.size());
    try {
      switch (exchange.judge(frame)) {
        case ClientExchange.Step.Done _ ->
            done(ctx, new PeerIdentity.Unauthenticated(), HandshakeVersion.V1);
        case ClientExchange.Step.Prove _ -> {
          expectAnswer();
          say(exchange::proof);
        }
        case ClientExchange.Step.Verify _ -> verify(ctx);
      }
    } catch (HandshakeRejectedException rejected) {
      if (rejected.reason() == CloseReason.AUTH_FAILURE) {
        refusal = rejected;
        link.schedule(() -> outcome.failed(rejected), Link.GOODBYE_LIMIT.toNanos());
      } else {
        outcome.failed(rejected);
      }
    } catch (UnprovenServerException impostor) {
      outcome.refused(impostor);
    }
  }

  private void verify(ChannelHandlerContext ctx) {
    // The server takes this client for connected, and messages may come already.
    link.pause(Link.Pause.HANDSHAKE);
    aside(
        exchange::verifyServer,
        server -> {
          done(ctx, server, HandshakeVersion.V2);
          link.resume(Link.Pause.HANDSHAKE);
        });
  }

  private void done(ChannelHandlerContext ctx, PeerIdentity server, HandshakeVersion version) {
    ctx.pipeline().remove(this);
    outcome.done(server, version, exchange.compression());
  }
}
