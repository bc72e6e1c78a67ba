package io.rollcall.transport;

/** The peer refused the handshake, or it could not be completed. */
public final class HandshakeRejectedException extends TransportException {

  /** Says why, and what it means for the connection. */
  public HandshakeRejectedException(CloseReason reason, String message) {
    super(reason, message);
  }
}
