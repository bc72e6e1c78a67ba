package io.rollcall.sequencer.event;

import io.rollcall.proto.v1.Decided;

/**
 * The publisher sent a {@code Decided}, which nobody has checked yet.
 *
 * @param connectionId where it came from
 * @param decided the message as it came
 */
public record DecisionAnnounced(String connectionId, Decided decided) implements SequencerEvent {}
