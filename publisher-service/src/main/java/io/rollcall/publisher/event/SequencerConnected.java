package io.rollcall.publisher.event;

import io.rollcall.transport.PeerIdentity;

/**
 * A connection was admitted; comes before anything else of it.
 *
 * @param connectionId the connection
 * @param identity who it is, as far as proven
 */
public record SequencerConnected(String connectionId, PeerIdentity identity)
    implements PublisherEvent {}
