package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.AuthenticationException;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A server's judgement of a hello: HandshakeRequest of rollup.v1 in, {@link HandshakeResult} out.
 * The checks, their order and their words are those peers of the SDK know, less what library texts
 * would give away. Safe for any thread; a judgement takes up to half a millisecond, so it runs on
 * {@link HandshakeCrypto}, not on an event loop.
 */
public final class ServerHandshake {

  /** How far a hello's timestamp may be from this clock, either way; exactly this much is fine. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  private static final int LABEL_BYTES = 8;

  private final AuthManager auth;
  private final boolean allowUntrusted;
  private final InstantSource clock;

  /**
   * Judges for one server.
   *
   * @param auth whose keys are trusted; changes of it count from the next hello on
   * @param admission whether a valid but unknown key is admitted
   * @param clock for timestamps and session ids
   */
  public ServerHandshake(AuthManager auth, AdmissionSettings admission, InstantSource clock) {
    this.auth = auth;
    this.allowUntrusted = admission.allowUntrusted();
    this.clock = clock;
  }

  /** The answer to a hello where authentication is off. */
  public static HandshakeResult.Rejected authenticationOff() {
    String text = "authentication is off here";
    return HandshakeResult.Rejected.answered(
        text, text, "refused: a handshake came, and authentication is off (auth.enabled)");
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

  /** Judges one hello. */
  public HandshakeResult judge(HandshakeRequest request) {
    long now = SignedHello.nanos(clock.instant());
    long timestamp = request.getTimestamp();
    if (timestamp > now + CLOCK_SKEW.toNanos()) {
      return failed("handshake timestamp too far in future", clocks(timestamp, now));
    }
    if (timestamp < now - CLOCK_SKEW.toNanos()) {
      return failed("handshake timestamp too old", clocks(timestamp, now));
    }
    int signatureLength = request.getSignature().size();
    if (signatureLength != Signature.BYTES) {
      return failed("invalid signature length: " + signatureLength, "expected " + Signature.BYTES);
    }
    PublicKey signer;
    try {
      signer =
          auth.recoverPublicKey(
              SignedHello.bytes(timestamp, request.getNonce()),
              new Signature(request.getSignature()));
    } catch (AuthenticationException | IllegalArgumentException e) {
      return failed("failed to recover public key", String.valueOf(e.getMessage()));
    }
    ByteString given = request.getPublicKey();
    if (given.size() != PublicKey.COMPRESSED_BYTES
        && given.size() != PublicKey.UNCOMPRESSED_BYTES) {
      return failed("invalid public key length: " + given.size(), "expected 33 or 65");
    }
    // The usual case is compared as bytes, which saves finding the point again.
    if (!given.equals(signer.bytes())) {
      PublicKey claimed;
      try {
        claimed = PublicKey.of(given);
      } catch (IllegalArgumentException e) {
        return failed("failed to parse public key", String.valueOf(e.getMessage()));
      }
      if (!claimed.equals(signer)) {
        return failed(
            "signature verification failed", "claimed " + claimed + ", signed by " + signer);
      }
    }
    Optional<PeerIdentity.Trusted> trusted = auth.identify(signer);
    if (trusted.isPresent()) {
      return accepted(trusted.get(), now);
    }
    return allowUntrusted
        ? accepted(new PeerIdentity.Unknown(signer.bytes()), now)
        : untrusted(signer);
  }

  private static HandshakeResult accepted(PeerIdentity identity, long now) {
    return new HandshakeResult.Accepted(
        identity,
        HandshakeResponse.newBuilder()
            .setAccepted(true)
            .setSessionId(identity.label() + "-" + now)
            .build());
  }

  private static HandshakeResult untrusted(PublicKey key) {
    String start = HexFormat.of().formatHex(key.bytes().substring(0, LABEL_BYTES).toByteArray());
    return HandshakeResult.Rejected.answered(
        "untrusted public key - connection rejected",
        "untrusted public key: " + start,
        "refused: untrusted public key %s, address %s; to let it in, add the key to auth.trusted-sequencers"
            .formatted(key, key.address()));
  }

  private static HandshakeResult failed(String text, String more) {
    String details = "handshake verification failed: " + text;
    return HandshakeResult.Rejected.answered(text, details, "refused: " + text + " (" + more + ")");
  }

  private static String clocks(long timestamp, long now) {
    return "timestamp %d, own clock %d, at most %s apart".formatted(timestamp, now, CLOCK_SKEW);
  }
}
