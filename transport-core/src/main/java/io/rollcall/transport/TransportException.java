package io.rollcall.transport;

/**
 * Base of everything the transport reports. The sub-type tells what happened, {@link #reason()}
 * what it means for the connection, and the message names the figures: size, limit, address, id.
 */
public class TransportException extends RuntimeException {

  private final CloseReason reason;

  /** A failure with its reason. */
  public TransportException(CloseReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** A failure with its reason and cause. */
  public TransportException(CloseReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What happened, in the words of {@link CloseReason}. */
  public CloseReason reason() {
    return reason;
  }
}
