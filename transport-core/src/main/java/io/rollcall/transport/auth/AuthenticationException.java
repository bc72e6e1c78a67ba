package io.rollcall.transport.auth;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;

/** A signature does not prove what was asked; the peer is at fault. */
public final class AuthenticationException extends TransportException {

  /** Says what was not proven. */
  public AuthenticationException(String message) {
    super(CloseReason.AUTH_FAILURE, message);
  }
}
