package io.rollcall.sequencer.event;

/**
 * The connection to the publisher is up; comes before anything else of it.
 *
 * @param connectionId the connection
 */
public record PublisherConnected(String connectionId) implements SequencerEvent {}
