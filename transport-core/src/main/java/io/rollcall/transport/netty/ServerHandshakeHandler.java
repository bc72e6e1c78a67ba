package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.codec.MalformedMessageException;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.HandshakeCrypto;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.PeerText;
import io.rollcall.transport.session.PendingProof;
import io.rollcall.transport.session.ReceivedHello;
import io.rollcall.transport.session.ServerHandshake;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's side of a connection's first frame, which its first byte tells apart: 0x08 begins a
 * HandshakeRequest, anything else a Message. Until it is known who the peer is, no other handler
 * sees anything; then this one removes itself.
 *
 * <p>A refusal that waits for its second is told at once when a hello comes, unread; anything else
 * that comes meanwhile is thrown away.
 */
final class ServerHandshakeHandler extends ChannelInboundHandlerAdapter
    implements FrameDecoder.FirstByteListener {

  /** What a server wants of a peer's first frame. */
  enum Mode {
    /** Authentication is off: the peer is admitted already, and a hello is refused. */
    OFF,
    /** A hello is judged; a peer that sends something else, or nothing, is admitted without. */
    OPTIONAL,
    /** Nobody gets in without a hello. */
    REQUIRED
  }

  /** Most bytes of a hello: about 25 times what one has. */
  static final int MOST_BYTES = 4096;

  private static final Logger log = LoggerFactory.getLogger(ServerHandshakeHandler.class);

  /** Tag of HandshakeRequest's timestamp, its first field; no Message begins with it. */
  private static final byte HELLO = 0x08;

  private final Mode mode;
  private final Duration limit;
  private final Optional<ServerHandshake> handshake;
  private final HandshakeCrypto crypto;
  private final ServerAdmission.Candidate candidate;
  private final FrameDecoder frames;
  private final Link link;
  private @Nullable ChannelHandlerContext context;
  private boolean hello;
  private boolean decided;
  private boolean timeIsUp;
  private @Nullable PendingProof proof;
  private Runnable cancelTimeLimit = () -> {};
  private @Nullable CompletableFuture<HandshakeResult> judgement;

  /** With {@code handshake} present unless authentication is off. */
  ServerHandshakeHandler(
      Mode mode,
      Duration limit,
      Optional<ServerHandshake> handshake,
      HandshakeCrypto crypto,
      ServerAdmission.Candidate candidate,
      FrameDecoder frames) {
    this.mode = mode;
    this.limit = limit;
    this.handshake = handshake;
    this.crypto = crypto;
    this.candidate = candidate;
    this.frames = frames;
    this.link = candidate.link();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    frames.onUnreadable(this::unreadable);
    frames.mostUnasked(MOST_BYTES);
    // On TLS it has its place already, and the limit began with that.
    boolean waits = link.tls();
    if (waits || candidate.mayTry()) {
      if (mode == Mode.OFF) {
        decided = true;
        if (!waits || candidate.keepsPlace(false)) {
          candidate.admit(
              new PeerIdentity.Unauthenticated(),
              HandshakeVersion.NONE,
              Compression.NONE,
              Optional.empty());
          frames.mostUnasked(Long.MAX_VALUE);
        }
      } else {
        cancelTimeLimit = link.schedule(this::timeUp, candidate.nanosLeft(limit));
        if (!waits) {
          candidate.awaitHello();
        }
      }
    }
    frames.expectFirst(
        mode == Mode.REQUIRED && !candidate.isHeld()
            ? MOST_BYTES
            : link.context().settings().maxMessageSize(),
        this);
  }

  @Override
  public int firstByteCame(byte first) {
    hello = first == HELLO;
    if (candidate.isHeld()) {
      if (!hello) {
        frames.ignore();
      }
      return MOST_BYTES;
    }
    if (hello) {
      if (mode == Mode.OFF) {
        candidate.refuse(ServerHandshake.authenticationOff(), Operation.HANDSHAKE);
      }
      return MOST_BYTES;
    }
    switch (mode) {
      case OFF -> {}
      case OPTIONAL -> admitUnauthenticated();
      case REQUIRED -> {
        decided = true;
        if (candidate.keepsPlace(false)) {
          candidate.refuse(
              ServerHandshake.unreadable(
                  "the first frame is no handshake, and authentication is required here"),
              Operation.HANDSHAKE);
        }
      }
    }
    if (!candidate.admitted()) {
      frames.ignore();
      return MOST_BYTES;
    }
    remove();
    return link.context().settings().maxMessageSize();
  }

  private void unreadable(TransportException unread) {
    TransportException problem = TlsPeer.orTls(unread, TlsPeer.CLIENT);
    if (candidate.admitted() || link.ended()) {
      if (TlsPeer.looksLikeTls(unread) && !link.ended()) {
        // Where nobody shakes hands it is admitted already, and people want to know all the same.
        candidate.refusedInAbsence(refusal(problem));
      }
      ErrorHandler.end(link, problem);
      return;
    }
    frames.ignore();
    if (!candidate.isHeld()) {
      decided = true;
      if (candidate.keepsPlace(false)) {
        candidate.refuse(refusal(problem), Operation.READ);
      }
    }
  }

  private static HandshakeResult.Rejected refusal(TransportException problem) {
    String text = text(problem);
    return new HandshakeResult.Rejected(
        problem.reason(), Optional.empty(), text, "refused: " + text);
  }

  /** The limit of a first frame is no setting, and raising one would not help. */
  private static String text(TransportException problem) {
    return problem instanceof MessageTooLargeException large && large.limit() == MOST_BYTES
        ? "message size exceeds max: %d bytes, at most %d before the handshake is done"
            .formatted(large.size(), large.limit())
        : String.valueOf(problem.getMessage());
  }

  private void timeUp() {
    timeIsUp = true;
    if (decided || candidate.isHeld() || link.ended()) {
      return;
    }
    if (mode == Mode.REQUIRED || hello) {
      refuseUnreadable("no complete handshake within " + limit.toMillis() + " ms");
    } else if (frames.insideFrame()) {
      link.fail(
          CloseReason.READ_TIMEOUT,
          "the first frame did not begin within " + limit.toMillis() + " ms",
          Operation.HANDSHAKE);
    } else {
      admitUnauthenticated();
      if (candidate.admitted()) {
        frames.expectNothingSpecial();
        remove();
      }
    }
  }

  private void admitUnauthenticated() {
    decided = true;
    if (candidate.keepsPlace(false)) {
      candidate.admit(
          new PeerIdentity.Unauthenticated(),
          HandshakeVersion.NONE,
          Compression.NONE,
          Optional.empty());
    }
  }

  private void refuseUnreadable(String problem) {
    decided = true;
    candidate.refuseNow(ServerHandshake.unreadable(problem));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    if (candidate.isHeld()) {
      candidate.answerHello();
      return;
    }
    ByteString bytes = (ByteString) frame;
    PendingProof pendingProof = proof;
    if (pendingProof != null && bytes.byteAt(0) != HELLO) {
      brokeOff(bytes);
      return;
    }
    HandshakeRequest request;
    try {
      request = link.context().codec().decodeHandshakeRequest(bytes);
    } catch (MalformedMessageException malformed) {
      refuseUnreadable(
          pendingProof == null
              ? "the first frame is no HandshakeRequest"
              : "the proof is no HandshakeRequest");
      return;
    }
    link.messageCame(Message.PayloadCase.HANDSHAKE_REQUEST, bytes.size());
    decided = true;
    if (!candidate.keepsPlace(true)) {
      return;
    }
    ByteString binding = Tls.binding(link.channel());
    Compression compression = link.context().settings().compression().algorithm();
    // Whatever the peer sends already is not read before it is known who sends it.
    link.pause(Link.Pause.HANDSHAKE);
    CompletableFuture<HandshakeResult> pending =
        crypto.judge(
            candidate.from(),
            pendingProof == null
                ? () ->
                    handshake
                        .orElseThrow()
                        .judge(new ReceivedHello(request, bytes, binding, compression))
                : () -> pendingProof.judge(request, bytes));
    judgement = pending;
    var _ = pending.whenComplete((result, fault) -> link.execute(() -> judged(result, fault)));
  }

  /** Where its proof belongs comes something else: most often why it wants this server no more. */
  private void brokeOff(ByteString frame) {
    try {
      Message message = link.context().codec().decode(frame);
      if (message.hasDisconnect()) {
        link.messageCame(Message.PayloadCase.DISCONNECT, frame.size());
        link.peerDisconnected(
            CloseReason.of(message.getDisconnect().getReason()),
            "the peer broke off: " + PeerText.of(message.getDisconnect().getDetails()));
        return;
      }
    } catch (MalformedMessageException malformed) {
      // Then it is not even that.
    }
    refuseUnreadable("the proof is no HandshakeRequest");
  }

  private void judged(@Nullable HandshakeResult result, @Nullable Throwable fault) {
    try {
      decide(result, fault);
    } catch (RuntimeException problem) {
      // No handler of the pipeline calls this, so nobody else would end what waits here.
      ErrorHandler.end(link, problem);
    }
  }

  private void decide(@Nullable HandshakeResult result, @Nullable Throwable fault) {
    if (link.ended()) {
      if (result instanceof HandshakeResult.Rejected rejected) {
        candidate.refusedInAbsence(rejected);
      }
      return;
    }
    switch (result) {
      case HandshakeResult.Accepted accepted -> {
        candidate.admit(
            accepted.identity(),
            accepted.version(),
            accepted.compression(),
            Optional.of(accepted.response()));
        if (!link.ended()) {
          remove();
          link.resume(Link.Pause.HANDSHAKE);
        }
      }
      case HandshakeResult.Challenged challenged -> challenge(challenged);
      case HandshakeResult.Rejected rejected -> candidate.refuse(rejected, Operation.HANDSHAKE);
      case null -> {
        log.error("{} a hello could not be judged", link.id(), fault);
        link.fail(CloseReason.INTERNAL_ERROR, "internal error", Operation.HANDSHAKE);
      }
    }
  }

  /** Waits for the peer again, so it may be pushed out again, and its time goes on. */
  private void challenge(HandshakeResult.Challenged challenged) {
    proof = challenged.proof();
    candidate.challengedAs(challenged.proof().claimedBy());
    decided = false;
    frames.expectFirst(MOST_BYTES, this::proofBegan);
    candidate.awaitHello();
    candidate.send(challenged.response());
    if (timeIsUp) {
      timeUp();
    } else {
      link.resume(Link.Pause.HANDSHAKE);
    }
  }

  /** Whoever was pushed out meanwhile hears of that at once by a proof, and by nothing else. */
  private int proofBegan(byte first) {
    if (candidate.isHeld() && first != HELLO) {
      frames.ignore();
    }
    return MOST_BYTES;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    frames.mostUnasked(Long.MAX_VALUE);
    cancelTimeLimit.run();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    CompletableFuture<HandshakeResult> pending = judgement;
    if (pending != null) {
      pending.cancel(false); // Spares the check, if it has not begun.
    }
    ctx.fireChannelInactive();
  }

  private void remove() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && !ctx.isRemoved()) {
      ctx.pipeline().remove(this);
    }
  }
}
