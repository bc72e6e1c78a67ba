package io.rollcall.transport;

/**
 * Hears of connections coming and going.
 *
 * <p>Called through the same queue as {@link MessageHandler}: {@code opened} before a connection's
 * first message, {@code closed} after its last, and never on an event loop unless it {@link
 * #returnsAtOnce}. Only connections that were admitted are reported.
 */
public interface ConnectionListener {

  /** A connection was admitted. */
  void opened(ConnectionInfo connection);

  /**
   * A connection is gone.
   *
   * @param connection its last figures
   * @param reason why
   * @param details for people; may be empty
   */
  void closed(ConnectionInfo connection, CloseReason reason, String details);

  /**
   * Whether a call of either method made now returns at once: it waits for nothing and computes
   * next to nothing. Asked on an event loop before each call, so it must return at once itself and
   * may answer differently each time. Where it says so, the call is made on that event loop, which
   * saves two thread switches for each connection; but not while something of that connection waits
   * for its handler, nor for a client's {@code opened}. Whoever says so and waits all the same
   * keeps every connection of that event loop waiting.
   */
  default boolean returnsAtOnce() {
    return false;
  }
}
