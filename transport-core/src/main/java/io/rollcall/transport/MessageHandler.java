package io.rollcall.transport;

/**
 * Takes the messages of all peers.
 *
 * <p>Called on a virtual thread of the dispatcher, never on an event loop, so it may block. One
 * connection's messages come one at a time and in the order they arrived; different connections are
 * handled concurrently. While it blocks, its connection's bounded queue fills, and at the bound the
 * socket is no longer read. An exception is logged and counted; the connection lives.
 */
@FunctionalInterface
public interface MessageHandler {

  /** Handles one message. */
  void handle(InboundMessage message);
}
