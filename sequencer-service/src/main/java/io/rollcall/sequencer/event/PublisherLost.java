package io.rollcall.sequencer.event;

/**
 * The connection to the publisher ended; comes after everything else of it.
 *
 * @param connectionId the connection
 */
public record PublisherLost(String connectionId) implements SequencerEvent {}
