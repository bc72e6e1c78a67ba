package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.auth.PublicKey;
import java.util.Optional;

/** What a server's frames during a handshake say, and what that means for who runs the client. */
final class ServerAnswers {

  private static final String TOO_OFTEN =
      "; the server limits connection attempts, wait before the next";

  private static final String NO_ROOM =
      "; the server has no room, wait or raise its max-connections";

  private final PublicKey ownKey;
  private final HandshakePolicy policy;

  ServerAnswers(PublicKey ownKey, HandshakePolicy policy) {
    this.ownKey = ownKey;
    this.policy = policy;
  }

  /**
   * Reads an answer.
   *
   * @throws HandshakeRejectedException when it is none; the reason is what the server gave
   */
  HandshakeResponse read(ByteString frame) {
    Optional<HandshakeResponse> response = parse(frame);
    if (response.isPresent()) {
      return response.get();
    }
    // Servers of the SDK that throttle, are full or have authentication off answer with a Message.
    Message message;
    try {
      message = Message.parseFrom(frame);
    } catch (InvalidProtocolBufferException e) {
      throw new HandshakeRejectedException(
          CloseReason.PROTOCOL_ERROR,
          "handshake rejected: the answer of %d bytes is neither a HandshakeResponse nor a Message; is this a rollup.v1 server?"
              .formatted(frame.size()));
    }
    throw message.hasDisconnect() ? disconnected(message.getDisconnect()) : unasked(message);
  }

  /**
   * Throws unless this is a yes.
   *
   * @throws HandshakeRejectedException with the server's words and what to do
   */
  void requireYes(HandshakeResponse response) {
    if (response.getAccepted()) {
      return;
    }
    String error =
        response.getError().isEmpty() ? "no reason given" : PeerText.of(response.getError());
    throw new HandshakeRejectedException(
        CloseReason.AUTH_FAILURE, "handshake rejected: " + error + advice(error));
  }

  /**
   * What a refusal really means. An answer to a hello can only say no; a server that has no room or
   * wants fewer attempts says so in the disconnect behind it, and then our key is not the trouble.
   *
   * @param next the frame behind the refusal, without its length prefix
   * @return the refusal in its own words, with the reason that the frame gives, if it gives one
   */
  HandshakeRejectedException explain(HandshakeRejectedException refusal, ByteString next) {
    CloseReason reason;
    try {
      reason = CloseReason.of(Message.parseFrom(next).getDisconnect().getReason());
    } catch (InvalidProtocolBufferException e) {
      return refusal;
    }
    return switch (reason) {
      case THROTTLED, TOO_MANY_PEERS ->
          new HandshakeRejectedException(reason, String.valueOf(refusal.getMessage()));
      default -> refusal;
    };
  }

  /**
   * Empty when these bytes are no HandshakeResponse. Parsed as one, a Message keeps its sender id
   * as an unknown field 1, and says neither yes nor why not.
   */
  private static Optional<HandshakeResponse> parse(ByteString frame) {
    try {
      HandshakeResponse response = HandshakeResponse.parseFrom(frame);
      boolean says = response.getAccepted() || !response.getError().isEmpty();
      boolean looksLikeMessage =
          response.getUnknownFields().hasField(Message.SENDER_ID_FIELD_NUMBER)
              || response.getUnknownFields().hasField(Message.DISCONNECT_FIELD_NUMBER);
      return says || !looksLikeMessage ? Optional.of(response) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** What the words of a refusal mean for the person who runs this client. */
  private String advice(String error) {
    if (error.startsWith("untrusted public key")) {
      return "; add this client's public key %s to the trusted keys of the server"
          .formatted(ownKey);
    }
    if (error.startsWith("invalid signature length: 0") && policy == HandshakePolicy.V2) {
      return "; that server speaks no handshake v2, which is required here: change auth.handshake there or here";
    }
    if (error.startsWith("signature verification failed") && policy != HandshakePolicy.V1) {
      return "; if it stays so, something on the way changes bytes, or ends TLS and begins it anew";
    }
    if (error.startsWith("handshake v2 is required")) {
      return "; set auth.handshake to auto or v2 here";
    }
    if (error.startsWith("handshake v2 was offered")) {
      return "; something between this client and the server changes bytes";
    }
    if (error.startsWith("another network id")) {
      return "; set auth.network-id to that of the server";
    }
    if (error.startsWith("handshake timestamp")) {
      return "; compare this machine's clock with the server's";
    }
    if (error.startsWith("handshake was used before")) {
      return "; this very hello was accepted already: something on the way repeats it";
    }
    if (error.startsWith("too many handshakes with this key")) {
      return "; wait a minute, and find out what else connects with this key";
    }
    if (error.startsWith("too many connections of the same identity")) {
      return "; another program connects with this key: end it, give it a key of its own, or let the server allow several connections";
    }
    if (error.startsWith("connection limit reached")) {
      return NO_ROOM;
    }
    if (error.startsWith("too many connection") || error.startsWith("too many handshakes")) {
      return TOO_OFTEN;
    }
    if (error.startsWith("authentication is off")) {
      return "; turn auth.enabled off here, or on at the server";
    }
    return "";
  }

  private static HandshakeRejectedException disconnected(DisconnectMessage disconnect) {
    CloseReason reason = CloseReason.of(disconnect.getReason());
    String text =
        disconnect.getDetails().isEmpty() ? reason.name() : PeerText.of(disconnect.getDetails());
    String advice =
        switch (reason) {
          case REQUESTED ->
              "; it stops, or authentication is off there: turn auth.enabled off here, or on at the server";
          case THROTTLED -> TOO_OFTEN;
          case TOO_MANY_PEERS -> NO_ROOM;
          default -> "";
        };
    return new HandshakeRejectedException(reason, "handshake rejected: " + text + advice);
  }

  private static HandshakeRejectedException unasked(Message message) {
    return new HandshakeRejectedException(
        CloseReason.AUTH_FAILURE,
        "handshake rejected: the server sent %s instead of an answer, so authentication seems off there; turn auth.enabled off here, or on at the server"
            .formatted(message.getPayloadCase()));
  }
}
