package io.rollcall.transport;

/** No connection could be made: nobody listens there, the name is unknown, no way leads there. */
public final class ConnectException extends TransportException {

  /** Names the address, with the cause of the operating system. */
  public ConnectException(String message, Throwable cause) {
    super(CloseReason.NETWORK_ERROR, message, cause);
  }
}
