package io.rollcall.transport.session;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;

/** It is this client that refuses: the server did not prove the key that it should. */
public final class UnprovenServerException extends TransportException {

  /** What a server is told. */
  public static final String DETAILS =
      "the client does not accept what the server proved; its log says why";

  UnprovenServerException(String message) {
    super(CloseReason.AUTH_FAILURE, message);
  }
}
