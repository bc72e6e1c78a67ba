package io.rollcall.publisher.event;

import io.rollcall.proto.ChainId;

/**
 * Hears of what came in, for meters and logs. Called on event loops and virtual threads, by several
 * at a time; it must be quick. {@code payload} is always the name of a field of {@code Message}, so
 * it is one of few.
 */
public interface InboundObserver {

  /**
   * A message was handled, waiting for the coordinator included.
   *
   * @param payload what it was
   * @param nanos how long it took
   */
  void handled(String payload, long nanos);

  /** A message is carried by the transport and not acted on; nothing changed. */
  void unrouted(String payload);

  /** A message makes no sense and was dropped. */
  void malformed(String connectionId, String payload, String why);

  /**
   * A message was in the name of a chain that its sender may not speak for, and was dropped.
   *
   * @param identity the sender's label
   */
  void identityMismatch(String connectionId, String identity, ChainId chain, String payload);
}
