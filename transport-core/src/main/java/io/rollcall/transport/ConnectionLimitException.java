package io.rollcall.transport;

/** The server holds as many connections as it may: the SDK's {@code ErrConnectionLimit}. */
public final class ConnectionLimitException extends TransportException {

  /** Names the limit. */
  public ConnectionLimitException(int limit) {
    super(
        CloseReason.TOO_MANY_PEERS,
        "too many connections: connection limit reached, max-connections is " + limit);
  }
}
