package io.rollcall.transport;

/** There is no connection to send on: not yet, or no more. */
public final class NotConnectedException extends TransportException {

  /** Says why, as the message. */
  public NotConnectedException(String message) {
    super(CloseReason.NETWORK_ERROR, message);
  }
}
