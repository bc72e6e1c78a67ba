package io.rollcall.sequencer.inbound;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Message.PayloadCase;
import io.rollcall.sequencer.event.DecisionAnnounced;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.sequencer.event.PublisherConnected;
import io.rollcall.sequencer.event.PublisherLost;
import io.rollcall.sequencer.event.UnroutedReceived;
import io.rollcall.sequencer.event.XtAnnounced;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.event.ConnectionClosedEvent;
import io.rollcall.transport.event.ConnectionOpenedEvent;
import io.rollcall.transport.event.MessageReceivedEvent;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.springframework.context.event.EventListener;

/**
 * The only listener to the transport and the only place that looks at a message's kind: turns both
 * into typed events and calls the handler of each. Only the publisher is obeyed: where this process
 * is a transport server as well, what its clients say is unrouted. Safe for any thread; one
 * connection's events keep their order because the caller waits for the handler.
 */
public final class InboundMessageRouter {

  private static final Map<PayloadCase, String> NAMES = new EnumMap<>(PayloadCase.class);

  static {
    for (PayloadCase payload : PayloadCase.values()) {
      NAMES.put(payload, payload.name().toLowerCase(Locale.ROOT));
    }
  }

  private final InboundHandlers handlers;
  private final InboundObserver observer;
  private final Predicate<String> isAccepted;

  /** The connection that counts; lost and connected may come in either order when it is renewed. */
  private volatile String publisherConnection = "";

  /**
   * Routes to these handlers and reports every message to the observer.
   *
   * @param isAccepted whether the connection of this id was accepted by a server of this process,
   *     rather than dialled to the publisher
   */
  public InboundMessageRouter(
      InboundHandlers handlers, InboundObserver observer, Predicate<String> isAccepted) {
    this.handlers = handlers;
    this.observer = observer;
    this.isAccepted = isAccepted;
  }

  /** A connection is up. */
  @EventListener
  public void on(ConnectionOpenedEvent event) {
    String id = event.connection().id();
    if (!isAccepted.test(id)) {
      publisherConnection = id;
      handlers.connected().handle(new PublisherConnected(id));
    }
  }

  /** A connection ended. */
  @EventListener
  public void on(ConnectionClosedEvent event) {
    String id = event.connection().id();
    if (id.equals(publisherConnection)) {
      publisherConnection = "";
      handlers.lost().handle(new PublisherLost(id));
    }
  }

  /** A message came. */
  @EventListener
  public void on(MessageReceivedEvent event) {
    long started = System.nanoTime();
    InboundMessage inbound = event.message();
    PayloadCase payload = inbound.message().getPayloadCase();
    if (inbound.connectionId().equals(publisherConnection)) {
      route(inbound, payload);
    } else {
      unrouted(inbound, payload);
    }
    observer.handled(name(payload), System.nanoTime() - started);
  }

  private void route(InboundMessage inbound, PayloadCase payload) {
    switch (payload) {
      case XT_REQUEST ->
          handlers
              .xtAnnounced()
              .handle(
                  new XtAnnounced(
                      inbound.connectionId(),
                      CrossChainTransaction.requestBytes(inbound.encoded()),
                      inbound.message().getTraceContext()));
      case DECIDED ->
          handlers
              .decision()
              .handle(
                  new DecisionAnnounced(inbound.connectionId(), inbound.message().getDecided()));
      case VOTE,
          BLOCK,
          CIRC_MESSAGE,
          START_SLOT,
          REQUEST_SEAL,
          ROLL_BACK_AND_START_SLOT,
          L2_BLOCK,
          START_SC,
          HANDSHAKE_REQUEST,
          HANDSHAKE_RESPONSE,
          PING,
          PONG,
          DISCONNECT,
          PAYLOAD_NOT_SET ->
          unrouted(inbound, payload);
    }
  }

  private void unrouted(InboundMessage inbound, PayloadCase payload) {
    handlers.unrouted().handle(new UnroutedReceived(inbound.connectionId(), name(payload)));
  }

  private static String name(PayloadCase payload) {
    return NAMES.getOrDefault(payload, "payload_not_set");
  }
}
