package io.rollcall.transport.auth;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;

/**
 * A {@link Signer} cannot sign, or signs with another key than it says. Its message is for the own
 * log and health: one sentence that says what does not answer, without a key or a credential.
 */
public final class SigningException extends TransportException {

  /** Says what is wrong. */
  public SigningException(String message) {
    super(CloseReason.INTERNAL_ERROR, message);
  }

  /** Says what is wrong, and keeps what it comes from. */
  public SigningException(String message, Throwable cause) {
    super(CloseReason.INTERNAL_ERROR, message, cause);
  }
}
