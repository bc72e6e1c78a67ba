package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ClientHello;
import io.rollcall.proto.handshake.ServerChallenge;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.AuthenticationException;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import io.rollcall.transport.metrics.TransportMetrics;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * A server's judgement of a hello: HandshakeRequest of rollup.v1 in, {@link HandshakeResult} out.
 *
 * <p>In this order: the form of the key, the list of trusted keys, and which handshake it is. With
 * v2 the answer is a challenge, and {@link PendingProof} judges what comes back. With v1 the form
 * of signature and nonce, one recovery of the key from the signature, and only then, for whoever
 * proved the key, time and {@link ReplayGuard}. So a stranger costs no arithmetic, every hello
 * costs at most one recovery, and one that proves nothing changes nothing here and learns nothing
 * of clock or memory. The words are those peers of the SDK know, less what library texts would give
 * away.
 *
 * <p>Safe for any thread; a judgement takes up to half a millisecond, so it runs on {@link
 * HandshakeCrypto}, not on an event loop.
 */
public final class ServerHandshake {

  /** Fewer bytes could come up twice by chance; every SDK sends 16. */
  static final int LEAST_NONCE = 16;

  /** More would only be memory. */
  static final int MOST_NONCE = 64;

  /** Of a challenge. */
  private static final int CHALLENGE_NONCE = 32;

  private final AuthManager auth;
  private final boolean allowUntrusted;
  private final Duration skew;
  private final ReplayMarks marks;
  private final ReplayGuard replays;
  private final TransportMetrics metrics;
  private final HandshakePolicy policy;
  private final String networkId;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * Judges for one server, from its start to its end.
   *
   * @param auth whose keys are trusted; changes of it count from the next hello on
   * @param admission whether a valid but unknown key is admitted, and how far clocks may be apart
   * @param marks what is known of hellos over a restart
   * @param metrics hears how far clocks are apart
   * @param clock for timestamps and session ids
   * @param random a cryptographic source: {@code SecureRandom}
   */
  public ServerHandshake(
      AuthManager auth,
      AdmissionSettings admission,
      ReplayMarks marks,
      TransportMetrics metrics,
      InstantSource clock,
      RandomGenerator random) {
    this.auth = auth;
    this.allowUntrusted = admission.allowUntrusted();
    this.skew = admission.clockSkew();
    this.marks = marks;
    this.replays = new ReplayGuard(skew, marks, clock);
    this.metrics = metrics;
    this.policy = admission.handshake();
    this.networkId = admission.networkId();
    this.clock = clock;
    this.random = random;
  }

  /** With hellos remembered in memory alone, and nothing measured. */
  public ServerHandshake(AuthManager auth, AdmissionSettings admission, InstantSource clock) {
    this(auth, admission, ReplayMarks.NONE, TransportMetrics.NOOP, clock, new SecureRandom());
  }

  /** What becomes of those it let in, when the list of trusted keys changes. */
  public Trust trust() {
    return new Trust(auth);
  }

  /** The answer to a hello where authentication is off. */
  public static HandshakeResult.Rejected authenticationOff() {
    String text = "authentication is off here";
    return HandshakeResult.Rejected.answered(
        CloseReason.AUTH_FAILURE,
        text,
        text,
        "refused: a handshake came, and authentication is off (auth.enabled)");
  }

  /**
   * The answer to a peer whose first frame is no hello, or that sent none in time. There is no
   * HandshakeResponse: such a peer may not know what that is, but it can read a disconnect.
   *
   * @param problem a short fixed text, for the peer as for the log: {@code no handshake in 5 s}
   */
  public static HandshakeResult.Rejected unreadable(String problem) {
    String text = "failed to read handshake: " + problem;
    return HandshakeResult.Rejected.unanswered(CloseReason.AUTH_FAILURE, text, "refused: " + text);
  }

  /**
   * Judges one hello.
   *
   * @return done already, but for a v1 hello that is accepted and that {@link ReplayMarks} has yet
   *     to keep
   */
  public CompletionStage<HandshakeResult> judge(ReceivedHello hello) {
    HandshakeRequest request = hello.request();
    ByteString claimed;
    int keyLength = request.getPublicKey().size();
    if (keyLength != PublicKey.COMPRESSED_BYTES && keyLength != PublicKey.UNCOMPRESSED_BYTES) {
      return failed("invalid public key length: " + keyLength, "expected 33 or 65");
    }
    try {
      claimed = PublicKey.compress(request.getPublicKey());
    } catch (IllegalArgumentException e) {
      return failed("failed to parse public key", String.valueOf(e.getMessage()));
    }
    Optional<PeerIdentity.Trusted> trusted = auth.identify(claimed);
    if (trusted.isEmpty() && !allowUntrusted) {
      return decided(Refusals.untrusted(claimed));
    }
    Optional<ClientHello> offer;
    try {
      offer = offerOfV2(request);
    } catch (InvalidProtocolBufferException malformed) {
      return failed(
          "malformed handshake extension", "an offer of handshake v2 that cannot be read");
    }
    return offer.isPresent()
        ? challenge(hello, offer.get(), claimed, trusted)
        : judgeV1(request, claimed, trusted);
  }

  /** Of a peer that offers v2 an extension is ours; what another one has there is none of ours. */
  private Optional<ClientHello> offerOfV2(HandshakeRequest request)
      throws InvalidProtocolBufferException {
    if (policy == HandshakePolicy.V1) {
      return Optional.empty();
    }
    try {
      ClientExtension extension = ClientExtension.parseFrom(request.getExtension());
      return extension.hasHello() ? Optional.of(extension.getHello()) : Optional.empty();
    } catch (InvalidProtocolBufferException malformed) {
      if (V2Nonce.offersV2(request.getNonce())) {
        throw malformed;
      }
      return Optional.empty();
    }
  }

  private CompletionStage<HandshakeResult> challenge(
      ReceivedHello hello,
      ClientHello offer,
      ByteString claimed,
      Optional<PeerIdentity.Trusted> trusted) {
    Optional<HandshakeResult.Rejected> badNonce = badNonce(hello.request());
    if (badNonce.isPresent()) {
      return decided(badNonce.get());
    }
    if (!offer.getNetworkId().equals(networkId)) {
      return failed(
          "another network id than this server's",
          "the peer's auth.network-id is '%s', here it is '%s'"
              .formatted(PeerText.of(offer.getNetworkId()), networkId));
    }
    boolean tls = !hello.binding().isEmpty();
    if (offer.getTls() != tls) {
      return failed(
          "TLS at one end only: something on the way ends it",
          tls ? "the peer is not on TLS" : "the peer is on TLS, and this server is not");
    }
    // The decoder is native code: it is for those whom somebody trusts, not for anybody with a key.
    Compression compression =
        trusted.isPresent() ? Compressions.choose(hello.compression(), offer) : Compression.NONE;
    byte[] nonce = new byte[CHALLENGE_NONCE];
    random.nextBytes(nonce);
    ByteString serverNonce = ByteString.copyFrom(nonce);
    ByteString serverKey = auth.publicKey().bytes();
    HandshakeResponse response =
        HandshakeResponse.newBuilder()
            .setExtension(
                ServerExtension.newBuilder()
                    .setChallenge(
                        ServerChallenge.newBuilder()
                            .setPublicKey(serverKey)
                            .setNonce(serverNonce)
                            .setCompression(Compressions.wire(compression)))
                    .build()
                    .toByteString())
            .build();
    Transcript transcript =
        new Transcript(
            networkId,
            claimed,
            serverKey,
            hello.request().getNonce(),
            serverNonce,
            hello.binding(),
            hello.frame(),
            response.toByteString());
    return decided(
        new HandshakeResult.Challenged(
            response,
            new PendingProof(
                auth, clock, metrics, transcript, identity(claimed, trusted), compression)));
  }

  private CompletionStage<HandshakeResult> judgeV1(
      HandshakeRequest request, ByteString claimed, Optional<PeerIdentity.Trusted> trusted) {
    if (policy == HandshakePolicy.V2) {
      return failed("handshake v2 is required here", "a v1 hello came, and auth.handshake is v2");
    }
    if (trusted.filter(PeerIdentity.Trusted::v2Only).isPresent()) {
      return failed(
          "handshake v2 is required for this key",
          "a v1 hello of %s came, whose trusted entry says handshake: v2"
              .formatted(trusted.get().id()));
    }
    if (policy == HandshakePolicy.AUTO && V2Nonce.offersV2(request.getNonce())) {
      return failed(
          "handshake v2 was offered, and the offer was lost on the way",
          "a hello that was made for v2 came as v1: somebody on the way changes bytes");
    }
    int signatureLength = request.getSignature().size();
    if (signatureLength != Signature.BYTES) {
      return failed("invalid signature length: " + signatureLength, "expected " + Signature.BYTES);
    }
    Optional<HandshakeResult.Rejected> badNonce = badNonce(request);
    if (badNonce.isPresent()) {
      return decided(badNonce.get());
    }
    PublicKey signer;
    try {
      signer =
          auth.recoverPublicKey(
              SignedHello.bytes(request.getTimestamp(), request.getNonce()),
              new Signature(request.getSignature()));
    } catch (AuthenticationException | IllegalArgumentException e) {
      return failed("failed to recover public key", "no key fits r, s and v");
    }
    if (!claimed.equals(signer.bytes())) {
      return failed(
          "signature verification failed",
          "claimed " + Refusals.hex(claimed) + ", signed by " + signer);
    }
    return proven(request, signer, trusted);
  }

  private static Optional<HandshakeResult.Rejected> badNonce(HandshakeRequest request) {
    int length = request.getNonce().size();
    if (length < LEAST_NONCE) {
      return Optional.of(
          Refusals.failed("nonce too short: " + length, "expected at least " + LEAST_NONCE));
    }
    if (length > MOST_NONCE) {
      return Optional.of(
          Refusals.failed("nonce too long: " + length, "expected at most " + MOST_NONCE));
    }
    return Optional.empty();
  }

  private CompletionStage<HandshakeResult> proven(
      HandshakeRequest request, PublicKey signer, Optional<PeerIdentity.Trusted> trusted) {
    long timestamp = request.getTimestamp();
    PeerIdentity identity = identity(signer.bytes(), trusted);
    ReplayGuard.Judgement judgement =
        replays.take(signer.bytes(), trusted.isPresent(), timestamp, request.getNonce());
    Duration ahead =
        Duration.between(SignedHello.instant(judgement.now()), SignedHello.instant(timestamp));
    if (trusted.isPresent() && showsAClock(judgement.verdict())) {
      metrics.helloClockSkew(ahead);
    }
    String who = "key of " + identity.label();
    return switch (judgement.verdict()) {
      case FRESH -> {
        HandshakeResult accepted = accepted(identity, judgement.now());
        yield trusted.isPresent()
            ? marks.record(signer.bytes(), timestamp).thenApply(kept -> accepted)
            : CompletableFuture.completedFuture(accepted);
      }
      case TOO_FAR_AHEAD ->
          failed(
              "handshake timestamp too far in future: %s ahead of this server, at most %s"
                  .formatted(seconds(ahead), seconds(skew)),
              who);
      case TOO_OLD, TOO_OLD_AND_PASSED ->
          failed(
              "handshake timestamp too old: %s behind this server, at most %s"
                  .formatted(seconds(ahead.abs()), seconds(skew)),
              who);
      case USED_BEFORE -> failed("handshake was used before", who);
      case NOT_AFTER_LAST ->
          failed(
              "handshake timestamp not after the last one accepted before a restart",
              who
                  + "; a replay, or the clock was ahead then: it waits that long, or remove"
                  + " auth.replay-file while this server is stopped");
      case TOO_MANY -> {
        String text = "too many handshakes with this key";
        yield decided(
            HandshakeResult.Rejected.answered(
                CloseReason.THROTTLED,
                text,
                text,
                "refused: "
                    + text
                    + ", at most "
                    + ReplayGuard.MOST_PER_KEY
                    + " within "
                    + seconds(skew.multipliedBy(2))
                    + " ("
                    + who
                    + ")"));
      }
    };
  }

  private static PeerIdentity identity(ByteString key, Optional<PeerIdentity.Trusted> trusted) {
    return trusted.<PeerIdentity>map(known -> known).orElseGet(() -> new PeerIdentity.Unknown(key));
  }

  /** A replayed hello shows what a clock was, not what it is. */
  private static boolean showsAClock(ReplayGuard.Verdict verdict) {
    return switch (verdict) {
      case FRESH, TOO_FAR_AHEAD, TOO_OLD -> true;
      case TOO_OLD_AND_PASSED, USED_BEFORE, NOT_AFTER_LAST, TOO_MANY -> false;
    };
  }

  private static HandshakeResult accepted(PeerIdentity identity, long now) {
    return new HandshakeResult.Accepted(
        identity,
        HandshakeVersion.V1,
        Compression.NONE,
        HandshakeResponse.newBuilder()
            .setAccepted(true)
            .setSessionId(identity.label() + "-" + now)
            .build());
  }

  private static CompletionStage<HandshakeResult> failed(String text, String more) {
    return decided(Refusals.failed(text, more));
  }

  private static CompletionStage<HandshakeResult> decided(HandshakeResult result) {
    return CompletableFuture.completedFuture(result);
  }

  /** Rounded up to milliseconds, so that what is over a limit never reads like the limit. */
  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toSeconds())
            .add(BigDecimal.valueOf(duration.toNanosPart(), 9))
            .setScale(3, RoundingMode.CEILING)
            .stripTrailingZeros()
            .toPlainString()
        + " s";
  }
}
