package io.rollcall.transport.event;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.MessageHandler;
import java.util.function.BooleanSupplier;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.ResolvableType;

/**
 * Turns what the dispatcher reports into Spring events.
 *
 * <p>Publishing is synchronous, which keeps the dispatcher's promises: off the event loop (but for
 * {@linkplain #withImmediateListeners listeners that would not wait}), one connection's events in
 * order, back-pressure by blocking. What a listener throws goes back to the dispatcher, which logs
 * and counts it and carries on with the connection.
 */
public final class TransportEventPublisher
    implements MessageHandler, ConnectionListener, AuditListener {

  /** Whether listeners to {@link MessageReceivedEvent} would return at once now. Any thread. */
  @FunctionalInterface
  public interface ImmediateMessages {

    /** As {@link MessageHandler#returnsAtOnce}. */
    boolean returnsAtOnce(String connectionId, int messages, long bytes);
  }

  private final ApplicationEventPublisher events;
  private final BooleanSupplier connectionsAtOnce;
  private final ImmediateMessages messagesAtOnce;

  /** Publishes there; listeners may block. */
  public TransportEventPublisher(ApplicationEventPublisher events) {
    this(events, () -> false, (connectionId, messages, bytes) -> false);
  }

  private TransportEventPublisher(
      ApplicationEventPublisher events,
      BooleanSupplier connectionsAtOnce,
      ImmediateMessages messagesAtOnce) {
    this.events = events;
    this.connectionsAtOnce = connectionsAtOnce;
    this.messagesAtOnce = messagesAtOnce;
  }

  /**
   * Publishes there, for an application whose listeners never wait on an event loop while it says
   * so. On a virtual thread they may block all the same. As a bean it takes the place of the one
   * that is auto-configured.
   *
   * @param connections whether those to {@link ConnectionOpenedEvent} and {@link
   *     ConnectionClosedEvent} would not wait now; see {@link ConnectionListener#returnsAtOnce}
   * @param messages whether those to {@link MessageReceivedEvent} would not
   */
  public static TransportEventPublisher withImmediateListeners(
      ApplicationEventPublisher events, BooleanSupplier connections, ImmediateMessages messages) {
    return new TransportEventPublisher(events, connections, messages);
  }

  @Override
  public boolean returnsAtOnce() {
    return connectionsAtOnce.getAsBoolean();
  }

  @Override
  public boolean returnsAtOnce(String connectionId, int messages, long bytes) {
    return messagesAtOnce.returnsAtOnce(connectionId, messages, bytes);
  }

  @Override
  public void handle(InboundMessage message) {
    events.publishEvent(new Typed<>(this, new MessageReceivedEvent(message), Typed.RECEIVED));
  }

  @Override
  public void opened(ConnectionInfo connection) {
    events.publishEvent(new Typed<>(this, new ConnectionOpenedEvent(connection), Typed.OPENED));
  }

  @Override
  public void closed(ConnectionInfo connection, CloseReason reason, String details) {
    events.publishEvent(
        new Typed<>(this, new ConnectionClosedEvent(connection, reason, details), Typed.CLOSED));
  }

  @Override
  public void audit(AuditEvent event) {
    events.publishEvent(event);
  }

  /**
   * What Spring would wrap the event in by itself, with its type worked out once: that costs more
   * than all the rest of a publication.
   */
  private static final class Typed<T> extends PayloadApplicationEvent<T> {

    private static final long serialVersionUID = 1;

    private static final ResolvableType RECEIVED = type(MessageReceivedEvent.class);
    private static final ResolvableType OPENED = type(ConnectionOpenedEvent.class);
    private static final ResolvableType CLOSED = type(ConnectionClosedEvent.class);

    private final transient ResolvableType type;

    private Typed(Object source, T event, ResolvableType type) {
      super(source, event, type.getGeneric());
      this.type = type;
    }

    private static ResolvableType type(Class<?> payload) {
      return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, payload);
    }

    @Override
    public ResolvableType getResolvableType() {
      return type;
    }
  }
}
