package io.rollcall.publisher.event;

/**
 * Takes one kind of event.
 *
 * <p>Called on a dispatch thread of the transport: one connection's events one at a time and in
 * order, those of different connections concurrently. It may block, which stops the connection from
 * being read. What it throws is logged and counted by the transport, and the connection lives.
 *
 * @param <E> the kind
 */
@FunctionalInterface
public interface EventHandler<E extends PublisherEvent> {

  /** Handles one event. */
  void handle(E event);
}
