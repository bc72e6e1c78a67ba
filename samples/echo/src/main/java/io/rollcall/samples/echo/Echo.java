package io.rollcall.samples.echo;

import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.event.MessageReceivedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Answers each message with itself. */
@Component
class Echo {

  private final TransportServer server;

  Echo(TransportServer server) {
    this.server = server;
  }

  /**
   * Called on a virtual thread, for one message of a connection at a time and in the order they
   * came: it may block. The peer may be gone by now, and then nobody is there to answer.
   */
  @EventListener
  void answer(MessageReceivedEvent event) {
    InboundMessage received = event.message();
    server
        .connection(received.connectionId())
        .ifPresent(connection -> connection.send(received.message()));
  }
}
