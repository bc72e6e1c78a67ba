package io.rollcall.publisher.event;

/**
 * Takes one kind of event.
 *
 * <p>Called by the transport: one connection's events one at a time and in order, those of
 * different connections concurrently. On a virtual thread it may block, which stops the connection
 * from being read; on an event loop, which has asked the coordinator for room, it must not. What it
 * throws is logged and counted by the transport, and the connection lives.
 *
 * @param <E> the kind
 */
@FunctionalInterface
public interface EventHandler<E extends PublisherEvent> {

  /** Handles one event. */
  void handle(E event);
}
