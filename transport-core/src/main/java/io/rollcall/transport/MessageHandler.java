package io.rollcall.transport;

/**
 * Takes the messages of all peers.
 *
 * <p>Called on a virtual thread of the dispatcher, so it may block; never on an event loop unless
 * it {@link #returnsAtOnce}. One connection's messages come one at a time and in the order they
 * arrived; different connections are handled concurrently. While it blocks, its connection's
 * bounded queue fills, and at the bound the socket is no longer read. An exception is logged and
 * counted; the connection lives.
 */
@FunctionalInterface
public interface MessageHandler {

  /** Handles one message. */
  void handle(InboundMessage message);

  /**
   * Whether it would be done at once with these messages now: wait for nothing and compute little.
   * Asked on an event loop at the end of a read, while none of that connection's waits for its
   * handler and these are few, so it must return at once itself and may answer differently each
   * time. Where it says so, it is called with them on that event loop, which saves two thread
   * switches; those left after 200 us, and what comes while handlers have taken half of the event
   * loop's time, go to a virtual thread as ever. Whoever says so and waits all the same keeps every
   * connection of that event loop waiting.
   *
   * @param connectionId whose they are
   * @param messages how many, at least 1
   * @param bytes what they have together, encoded: 16 KiB at most
   */
  default boolean returnsAtOnce(String connectionId, int messages, long bytes) {
    return false;
  }
}
