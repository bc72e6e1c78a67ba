package io.rollcall.sequencer.event;

/**
 * Something came that the transport carries and this sequencer does not act on: the slot protocol,
 * mailbox messages, what only sequencers send, no payload at all, or anything from a peer that is
 * not the publisher.
 *
 * @param connectionId where it came from
 * @param payload the name of the payload's field in {@code Message}; {@code payload_not_set} when
 *     there is none
 */
public record UnroutedReceived(String connectionId, String payload) implements SequencerEvent {}
