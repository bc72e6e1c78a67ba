package io.rollcall.transport.netty;

import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;

/**
 * What a client puts into {@link ConnectionPipeline} once the server is known, which {@link
 * ClientHandshakeHandler} sees to before: what every connection has.
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
