package io.rollcall.scp;

import io.rollcall.proto.XtId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How an XT ended, as this sequencer knows it. All times are nanoseconds since the Unix epoch, by
 * the sequencer's own clock.
 *
 * @param id the XT
 * @param committed whether it was decided to take effect
 * @param applied whether it took effect on the own chain: committed, and voted yes here
 * @param reason why it was aborted, at most 256 bytes of UTF-8; empty when unknown or committed
 * @param operator who decided in the place of the publisher; empty where the publisher did
 * @param submittedAt when it was submitted here, empty when it was not
 * @param startedAt when its start came, empty when none came or the own chain takes no part
 * @param votedAt when the own chain voted, empty when it did not
 * @param decidedAt when the decision came
 */
public record SequencerOutcome(
    XtId id,
    boolean committed,
    boolean applied,
    String reason,
    Optional<String> operator,
    OptionalLong submittedAt,
    OptionalLong startedAt,
    OptionalLong votedAt,
    long decidedAt) {}
