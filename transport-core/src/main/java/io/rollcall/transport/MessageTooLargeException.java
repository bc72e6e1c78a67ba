package io.rollcall.transport;

/** A message is larger than the limit, in either direction. */
public final class MessageTooLargeException extends TransportException {

  /** Names size and limit. */
  public MessageTooLargeException(long size, long limit) {
    super(
        CloseReason.PROTOCOL_ERROR,
        "message size exceeds max: " + size + " bytes, max-message-size is " + limit);
  }
}
