package io.rollcall.transport;

/** The server cannot listen on its address: in use, not local, not allowed. */
public final class BindException extends TransportException {

  /** Names address and port, with the cause of the operating system. */
  public BindException(String message, Throwable cause) {
    super(CloseReason.NETWORK_ERROR, message, cause);
  }
}
