package io.rollcall.publisher.event;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;

/**
 * A peer sent something that the transport carries and this publisher does not act on: the slot
 * protocol, mailbox messages, what only publishers send, or no payload at all.
 *
 * @param connectionId where it came from
 * @param from who sent it, as far as proven
 * @param payload the name of the payload's field in {@code Message}; {@code payload_not_set} when
 *     there is none
 * @param speaksFor the chain in whose name the message is, as it came; empty when it names none
 */
public record UnroutedReceived(
    String connectionId, PeerIdentity from, String payload, ByteString speaksFor)
    implements PublisherEvent {}
