package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import java.util.List;
import java.util.Optional;

/** One entry of the sequencer's journal: what it must still know after a crash. */
public sealed interface SequencerRecord {

  /**
   * A user's XT was accepted and will be repeated until its outcome is known.
   *
   * @param xt the XT
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record Submitted(CrossChainTransaction xt, long atNanos) implements SequencerRecord {}

  /**
   * The own chain voted; after a yes the XT is locked until it is {@link Decided}.
   *
   * @param xt the XT, whole: it has to be staged again after a crash
   * @param yes the vote
   * @param reason why not; empty on yes
   * @param startedNanos when its start came, in nanoseconds since the Unix epoch
   * @param atNanos when it voted
   */
  record Voted(
      CrossChainTransaction xt, boolean yes, String reason, long startedNanos, long atNanos)
      implements SequencerRecord {}

  /**
   * An XT that was open or submitted here has its outcome.
   *
   * @param number 1, 2, 3 ... in the order of the journal, over all restarts
   * @param outcome the outcome, with the times of its phases
   * @param chains the participants, ascending
   * @param ownVote how the own chain voted; empty when it takes no part or did not vote
   */
  record Decided(
      long number, SequencerOutcome outcome, List<ChainId> chains, Optional<ChainVote> ownVote)
      implements SequencerRecord {

    /** Takes a copy of the chains. */
    public Decided {
      chains = List.copyOf(chains);
    }
  }

  /**
   * The publisher refused an own submission, which decides nothing: the same XT may come again.
   *
   * @param id the XT
   * @param reason why
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record SubmissionRefused(XtId id, String reason, long atNanos) implements SequencerRecord {}
}
