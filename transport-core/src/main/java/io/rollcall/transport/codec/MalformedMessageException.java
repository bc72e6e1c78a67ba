package io.rollcall.transport.codec;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;

/** Bytes that are no message, or a message that has no bytes. */
public final class MalformedMessageException extends TransportException {

  /** Says what is wrong with it, without repeating what a peer sent. */
  public MalformedMessageException(String message) {
    super(CloseReason.PROTOCOL_ERROR, message);
  }

  /** The same, with the parser's words. */
  public MalformedMessageException(String message, Throwable cause) {
    super(CloseReason.PROTOCOL_ERROR, message, cause);
  }
}
