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
   * Whether both methods return at once, whatever happens: they wait for nothing and compute next
   * to nothing. Then they are called on the connection's event loop while nothing of that
   * connection waits for its handler, which saves each connection two thread switches. Whoever says
   * so and waits all the same keeps every connection of that event loop waiting.
   */
  default boolean returnsAtOnce() {
    return false;
  }
}
