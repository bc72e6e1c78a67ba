package io.rollcall.transport.session;

import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import java.util.Optional;

/** What a server does about a hello, or about the proof that follows it. */
public sealed interface HandshakeResult {

  /**
   * Admit the peer.
   *
   * @param identity who it is
   * @param version by which handshake it proved that
   * @param compression what was agreed with it
   * @param response what it is told
   */
  record Accepted(
      PeerIdentity identity,
      HandshakeVersion version,
      Compression compression,
      HandshakeResponse response)
      implements HandshakeResult {}

  /**
   * Send the response and wait for the peer's proof, the next frame. Until that holds it is nobody.
   *
   * @param response what it is to sign
   * @param proof judges its proof
   */
  record Challenged(HandshakeResponse response, PendingProof proof) implements HandshakeResult {}

  /**
   * Send the response, if there is one, then a disconnect, then close. None of these texts but
   * {@code log} says more than a stranger may know.
   *
   * @param reason for the disconnect
   * @param response the refusal; empty where peers expect the disconnect alone
   * @param details for the disconnect
   * @param log for the own log, where it follows the connection id
   */
  record Rejected(
      CloseReason reason, Optional<HandshakeResponse> response, String details, String log)
      implements HandshakeResult {

    /** With this text in a HandshakeResponse. */
    static Rejected answered(CloseReason reason, String error, String details, String log) {
      return new Rejected(
          reason,
          Optional.of(HandshakeResponse.newBuilder().setAccepted(false).setError(error).build()),
          details,
          log);
    }

    /** The same for a peer that sent a hello: with its text in a HandshakeResponse first. */
    public Rejected toHello() {
      return response.isPresent()
          ? this
          : new Rejected(
              reason,
              Optional.of(
                  HandshakeResponse.newBuilder().setAccepted(false).setError(details).build()),
              details,
              log);
    }

    /** With a disconnect alone. */
    static Rejected unanswered(CloseReason reason, String details, String log) {
      return new Rejected(reason, Optional.empty(), details, log);
    }
  }
}
