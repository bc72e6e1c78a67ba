package io.rollcall.transport;

/** Something took longer than its limit. */
public final class TransportTimeoutException extends TransportException {

  /** Names what and the limit. */
  public TransportTimeoutException(CloseReason reason, String message) {
    super(reason, message);
  }
}
