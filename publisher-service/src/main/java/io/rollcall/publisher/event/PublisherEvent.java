package io.rollcall.publisher.event;

/**
 * Something that a peer did, in the publisher's words. One handler for each kind; see {@link
 * EventHandler} for the thread and the order. Immutable, any thread.
 */
public sealed interface PublisherEvent
    permits SequencerConnected, SequencerLost, XtRequestReceived, VoteReceived, UnroutedReceived {

  /** The connection it came from. */
  String connectionId();
}
