package io.rollcall.transport;

import io.rollcall.proto.v1.DisconnectMessage;

/**
 * Why a connection ended; the same word in logs, metrics, events and the client's decision when to
 * dial again. Those that a peer can be told map to {@code DisconnectMessage.Reason} of rollup.v1.
 */
public enum CloseReason {
  /** One side asked for it. */
  REQUESTED(DisconnectMessage.Reason.REQUESTED),
  /** The bytes were no frame or no message. */
  PROTOCOL_ERROR(DisconnectMessage.Reason.PROTOCOL_ERROR),
  /** The connection limit was reached. */
  TOO_MANY_PEERS(DisconnectMessage.Reason.TOO_MANY_PEERS),
  /** The handshake was refused. */
  AUTH_FAILURE(DisconnectMessage.Reason.AUTH_FAILURE),
  /** A frame stayed incomplete, or nothing came for too long. */
  READ_TIMEOUT(DisconnectMessage.Reason.READ_TIMEOUT),
  /** The peer did not take what was sent to it, in bytes or in time. */
  WRITE_TIMEOUT(DisconnectMessage.Reason.WRITE_TIMEOUT),
  /** The connection broke: reset, unreachable. */
  NETWORK_ERROR(DisconnectMessage.Reason.NETWORK_ERROR),
  /** A fault of this program. */
  INTERNAL_ERROR(DisconnectMessage.Reason.INTERNAL_ERROR),
  /** The peer took more than its share. */
  THROTTLED(DisconnectMessage.Reason.THROTTLED),
  /** The peer ended the stream in order, without saying why. */
  END_OF_STREAM(DisconnectMessage.Reason.REQUESTED);

  private final DisconnectMessage.Reason wire;

  CloseReason(DisconnectMessage.Reason wire) {
    this.wire = wire;
  }

  /** What the peer is told. */
  public DisconnectMessage.Reason wire() {
    return wire;
  }

  /** What a peer meant; a reason this version does not know counts as requested. */
  public static CloseReason of(DisconnectMessage.Reason wire) {
    for (CloseReason reason : values()) {
      if (reason.wire == wire) {
        return reason;
      }
    }
    return REQUESTED;
  }

  /** Whether dialling again soon may help; if not, the client waits longer first. */
  public boolean retryable() {
    return this != AUTH_FAILURE;
  }
}
