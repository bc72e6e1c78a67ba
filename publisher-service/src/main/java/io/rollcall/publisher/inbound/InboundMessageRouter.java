package io.rollcall.publisher.inbound;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Message.PayloadCase;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.publisher.event.SequencerConnected;
import io.rollcall.publisher.event.SequencerLost;
import io.rollcall.publisher.event.UnroutedReceived;
import io.rollcall.publisher.event.VoteReceived;
import io.rollcall.publisher.event.XtRequestReceived;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.event.ConnectionClosedEvent;
import io.rollcall.transport.event.ConnectionOpenedEvent;
import io.rollcall.transport.event.MessageReceivedEvent;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.event.EventListener;

/**
 * The only listener to the transport and the only place that looks at a message's kind: turns both
 * into typed events and calls the handler of each. Safe for any thread; one connection's events
 * keep their order because the caller waits for the handler.
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

  /** Routes to these handlers and reports every message to the observer. */
  public InboundMessageRouter(InboundHandlers handlers, InboundObserver observer) {
    this.handlers = handlers;
    this.observer = observer;
  }

  /** A connection was admitted. */
  @EventListener
  public void on(ConnectionOpenedEvent event) {
    ConnectionInfo connection = event.connection();
    handlers.connected().handle(new SequencerConnected(connection.id(), connection.identity()));
  }

  /** A connection ended. */
  @EventListener
  public void on(ConnectionClosedEvent event) {
    handlers.lost().handle(new SequencerLost(event.connection().id()));
  }

  /** A message came. */
  @EventListener
  public void on(MessageReceivedEvent event) {
    long started = System.nanoTime();
    PayloadCase payload = event.message().message().getPayloadCase();
    route(event.message(), payload);
    observer.handled(name(payload), System.nanoTime() - started);
  }

  private void route(InboundMessage inbound, PayloadCase payload) {
    Message message = inbound.message();
    switch (payload) {
      case XT_REQUEST ->
          handlers
              .xtRequest()
              .handle(
                  new XtRequestReceived(
                      inbound.connectionId(),
                      message.getXtRequest(),
                      CrossChainTransaction.requestBytes(inbound.encoded()),
                      message.getTraceContext()));
      case VOTE ->
          handlers
              .vote()
              .handle(new VoteReceived(inbound.connectionId(), inbound.from(), message.getVote()));
      case BLOCK -> unrouted(inbound, payload, message.getBlock().getChainId());
      case L2_BLOCK -> unrouted(inbound, payload, message.getL2Block().getChainId());
      case CIRC_MESSAGE -> unrouted(inbound, payload, message.getCircMessage().getSourceChain());
      case DECIDED,
          START_SLOT,
          REQUEST_SEAL,
          ROLL_BACK_AND_START_SLOT,
          START_SC,
          HANDSHAKE_REQUEST,
          HANDSHAKE_RESPONSE,
          PING,
          PONG,
          DISCONNECT,
          PAYLOAD_NOT_SET ->
          unrouted(inbound, payload, ByteString.EMPTY);
    }
  }

  private void unrouted(InboundMessage inbound, PayloadCase payload, ByteString speaksFor) {
    handlers
        .unrouted()
        .handle(
            new UnroutedReceived(inbound.connectionId(), inbound.from(), name(payload), speaksFor));
  }

  private static String name(PayloadCase payload) {
    return NAMES.getOrDefault(payload, "payload_not_set");
  }
}
