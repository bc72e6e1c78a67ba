package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;

/**
 * Something worth knowing that happened in a sequencer's machine: for metrics, logs, the projection
 * that answers questions, and callers that wait. Facts change nothing.
 */
public sealed interface SequencerFact {

  /** The XT it is about. */
  XtId id();

  /**
   * A user's XT was taken and goes to the publisher. Its end is {@link Finished} or {@link
   * SubmissionRefused}; {@link SubmissionInDoubt} may come before either.
   *
   * @param xt the XT
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record SubmissionAccepted(CrossChainTransaction xt, long atNanos) implements SequencerFact {
    @Override
    public XtId id() {
      return xt.id();
    }
  }

  /**
   * A user handed in an XT that is already submitted here or started here: its caller waits for the
   * same end.
   *
   * @param id the XT
   */
  record SubmissionJoined(XtId id) implements SequencerFact {}

  /**
   * A user handed in an XT that has its outcome already; nothing is sent.
   *
   * @param outcome the outcome that stands
   */
  record SubmissionAnswered(SequencerOutcome outcome) implements SequencerFact {
    @Override
    public XtId id() {
      return outcome.id();
    }
  }

  /**
   * A submission was not taken. It may be handed in again.
   *
   * @param id the XT
   * @param byPublisher whether the publisher refused it, rather than this sequencer at its bound
   * @param reason why, at most 256 bytes of UTF-8
   */
  record SubmissionRefused(XtId id, boolean byPublisher, String reason) implements SequencerFact {}

  /**
   * No outcome came for as long as a submission is repeated. It is not repeated any more; this is
   * no outcome, and one may still come.
   *
   * @param id the XT
   */
  record SubmissionInDoubt(XtId id) implements SequencerFact {}

  /**
   * An XT with the own chain in it was announced and is being staged.
   *
   * @param xt the XT
   * @param atNanos when, in nanoseconds since the Unix epoch
   */
  record Started(CrossChainTransaction xt, long atNanos) implements SequencerFact {
    @Override
    public XtId id() {
      return xt.id();
    }
  }

  /**
   * A vote goes out.
   *
   * @param id the XT
   * @param yes the vote
   * @param reason why not; empty on yes
   * @param repeated whether the same vote was given before
   */
  record VoteSent(XtId id, boolean yes, String reason, boolean repeated) implements SequencerFact {}

  /**
   * An XT that an earlier process voted on or took from a user has no outcome yet.
   *
   * @param xt the XT
   * @param record its {@link SequencerRecord.Voted} or {@link SequencerRecord.Submitted}
   */
  record Restored(CrossChainTransaction xt, SequencerRecord record) implements SequencerFact {
    @Override
    public XtId id() {
      return xt.id();
    }
  }

  /**
   * An XT that was open or submitted here has its outcome.
   *
   * @param number of the outcome, as in its {@link SequencerRecord.Decided}
   * @param outcome the outcome, with the times of its phases
   */
  record Finished(long number, SequencerOutcome outcome) implements SequencerFact {
    @Override
    public XtId id() {
      return outcome.id();
    }
  }

  /**
   * An XT that was voted yes on has no decision although a connection lasted long enough for one:
   * it stays locked. To be reported by health, a metric and one WARN.
   *
   * @param id the XT
   */
  record XtInDoubt(XtId id) implements SequencerFact {}

  /**
   * The publisher committed an XT that the own chain takes part in and did not vote yes on. It is
   * not applied. An ERROR: the other chains have applied it.
   *
   * @param id the XT
   */
  record CommitWithoutVote(XtId id) implements SequencerFact {}

  /**
   * An operator ended an XT that was in doubt; {@link Finished} goes with it.
   *
   * @param id the XT
   * @param commit what was decided here
   * @param operator who did
   */
  record Resolved(XtId id, boolean commit, String operator) implements SequencerFact {}

  /**
   * The publisher's decision is not the one that an operator took here. An ERROR: the chains
   * differ, and only people can mend that.
   *
   * @param id the XT
   * @param committedHere what the operator decided
   */
  record DecidedOtherwise(XtId id, boolean committedHere) implements SequencerFact {}

  /**
   * An input that changed nothing, for example the decision of an XT that nobody here knows.
   *
   * @param id the XT it named
   * @param why in words
   */
  record Ignored(XtId id, String why) implements SequencerFact {}
}
