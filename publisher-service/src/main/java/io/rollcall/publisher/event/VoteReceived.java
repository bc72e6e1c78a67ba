package io.rollcall.publisher.event;

import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.PeerIdentity;

/**
 * A peer sent a {@code Vote}, which nobody has checked yet.
 *
 * @param connectionId where it came from
 * @param from who sent it, as far as proven
 * @param vote the vote as it came
 */
public record VoteReceived(String connectionId, PeerIdentity from, Vote vote)
    implements PublisherEvent {}
