package io.rollcall.transport;

/** A message is larger than the limit, in either direction. */
public final class MessageTooLargeException extends TransportException {

  private final long size;
  private final long limit;

  /** Names size and limit. */
  public MessageTooLargeException(long size, long limit) {
    super(
        CloseReason.PROTOCOL_ERROR,
        "message size exceeds max: " + size + " bytes, max-message-size is " + limit);
    this.size = size;
    this.limit = limit;
  }

  /** Bytes it has. */
  public long size() {
    return size;
  }

  /** Most bytes it might have. */
  public long limit() {
    return limit;
  }
}
