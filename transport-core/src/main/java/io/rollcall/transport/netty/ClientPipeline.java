package io.rollcall.transport.netty;

import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;

/**
 * What a client puts into {@link ConnectionPipeline}: until the server answered the hello, one
 * handler that waits for the answer; then what every connection has.
 */
final class ClientPipeline {

  private ClientPipeline() {}

  /** Messages reach the handler from here on, {@code opened} before the first. */
  static Inbox admit(NettyConnection connection, MessageDispatcher dispatcher) {
    Inbox inbox = ConnectionPipeline.admit(connection, dispatcher);
    inbox.opened(connection.info());
    return inbox;
  }
}
