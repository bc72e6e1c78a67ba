package io.rollcall.publisher.event;

/**
 * A connection ended; comes after everything else of it.
 *
 * @param connectionId the connection
 */
public record SequencerLost(String connectionId) implements PublisherEvent {}
