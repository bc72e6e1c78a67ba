package io.rollcall.sequencer.event;

/**
 * Takes one kind of event.
 *
 * <p>Called on the dispatch thread of the connection to the publisher: one event at a time and in
 * order. It may block, which stops the connection from being read. What it throws is logged and
 * counted by the transport, and the connection lives.
 *
 * @param <E> the kind
 */
@FunctionalInterface
public interface EventHandler<E extends SequencerEvent> {

  /** Handles one event. */
  void handle(E event);
}
