package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.handshake.ServerProof;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.AuthenticationException;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import io.rollcall.transport.metrics.TransportMetrics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The second half of handshake v2 on the server: a client was challenged, and the next frame has to
 * be its proof. For one connection, and one proof.
 */
public final class PendingProof {

  private final AuthManager auth;
  private final InstantSource clock;
  private final TransportMetrics metrics;
  private final Transcript transcript;
  private final PeerIdentity identity;
  private final Compression compression;

  PendingProof(
      AuthManager auth,
      InstantSource clock,
      TransportMetrics metrics,
      Transcript transcript,
      PeerIdentity identity,
      Compression compression) {
    this.auth = auth;
    this.clock = clock;
    this.metrics = metrics;
    this.transcript = transcript;
    this.identity = identity;
    this.compression = compression;
  }

  /**
   * Judges the proof, and only when it holds signs the server's own: nobody who proved nothing
   * costs a signature. Belongs on {@link HandshakeCrypto}, as the judgement of a hello.
   *
   * @param frame the third frame, without its length prefix
   */
  public CompletionStage<HandshakeResult> judge(HandshakeRequest request, ByteString frame) {
    Signature signature;
    try {
      ClientExtension extension = ClientExtension.parseFrom(request.getExtension());
      if (!extension.hasProof()) {
        return decided(
            Refusals.failed("the proof is missing", "where the proof of handshake v2 belongs"));
      }
      signature = new Signature(extension.getProof().getSignature());
    } catch (InvalidProtocolBufferException malformed) {
      return decided(Refusals.failed("malformed handshake extension", "in the proof"));
    } catch (IllegalArgumentException form) {
      return decided(Refusals.failed("invalid signature", String.valueOf(form.getMessage())));
    }
    if (!signature.isCanonical()) {
      return decided(
          Refusals.failed("invalid signature", "expected s in the lower half and v 0 or 1"));
    }
    PublicKey signer;
    try {
      signer = auth.recoverPublicKey(transcript.ofClient(), signature);
    } catch (AuthenticationException noKey) {
      return decided(Refusals.failed("failed to recover public key", "no key fits r, s and v"));
    }
    if (!transcript.clientKey().equals(signer.bytes())) {
      return decided(
          Refusals.failed(
              "signature verification failed",
              "claimed "
                  + Refusals.hex(transcript.clientKey())
                  + "; another key, server or TLS session was signed than this one, or something"
                  + " on the way changed bytes"));
    }
    if (!isStillWho()) {
      return decided(Refusals.untrusted(transcript.clientKey()));
    }
    if (identity instanceof PeerIdentity.Trusted) {
      // It decides nothing here, but people want to see it before it matters to something else.
      metrics.helloClockSkew(
          Duration.between(clock.instant(), SignedHello.instant(request.getTimestamp())));
    }
    String sessionId = identity.label() + "-" + SignedHello.nanos(clock.instant());
    return auth.signLater(transcript.ofServer(frame, sessionId))
        .thenApply(own -> accepted(own, sessionId));
  }

  /** The list was asked some time ago. */
  private boolean isStillWho() {
    return !(identity instanceof PeerIdentity.Trusted trusted)
        || auth.identify(transcript.clientKey()).filter(trusted::equals).isPresent();
  }

  /** Whose proof it is, if it holds; for the log. */
  public String claimedBy() {
    return identity.label();
  }

  private HandshakeResult accepted(Signature signature, String sessionId) {
    ServerExtension extension =
        ServerExtension.newBuilder()
            .setProof(ServerProof.newBuilder().setSignature(signature.bytes()))
            .build();
    return new HandshakeResult.Accepted(
        identity,
        HandshakeVersion.V2,
        compression,
        HandshakeResponse.newBuilder()
            .setAccepted(true)
            .setSessionId(sessionId)
            .setExtension(extension.toByteString())
            .build());
  }

  private static CompletionStage<HandshakeResult> decided(HandshakeResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
