package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;

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
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record Voted(CrossChainTransaction xt, boolean yes, String reason, long atNanos)
      implements SequencerRecord {}

  /**
   * An XT that was open or submitted here has its outcome.
   *
   * @param id the XT
   * @param committed whether it was decided to take effect
   * @param applied whether it took effect on the own chain: committed and voted yes here
   * @param reason why it was aborted; empty when unknown or committed
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record Decided(XtId id, boolean committed, boolean applied, String reason, long atNanos)
      implements SequencerRecord {}

  /**
   * The publisher refused an own submission, which decides nothing: the same XT may come again.
   *
   * @param id the XT
   * @param reason why
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record SubmissionRefused(XtId id, String reason, long atNanos) implements SequencerRecord {}
}
