package io.rollcall.transport;

/**
 * Hears of connections coming and going.
 *
 * <p>Called through the same queue as {@link MessageHandler}: {@code opened} before a connection's
 * first message, {@code closed} after its last, never on an event loop. Only connections that were
 * admitted are reported.
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
}
