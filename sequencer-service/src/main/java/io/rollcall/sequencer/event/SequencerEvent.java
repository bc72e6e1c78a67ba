package io.rollcall.sequencer.event;

/**
 * Something that a peer did, in the sequencer's words. One handler for each kind; see {@link
 * EventHandler} for the thread and the order. Immutable, any thread.
 */
public sealed interface SequencerEvent
    permits PublisherConnected, PublisherLost, XtAnnounced, DecisionAnnounced, UnroutedReceived {

  /** The connection it came from. */
  String connectionId();
}
