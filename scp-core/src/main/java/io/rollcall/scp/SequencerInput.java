package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;

/**
 * Everything that can happen to a sequencer. The coordinator makes these from messages, calls,
 * answers of the execution and timers, and steps {@link ScpSequencer} with them one at a time, in
 * the order they happened.
 */
public sealed interface SequencerInput {

  /**
   * A connection to the publisher is good for sending. Votes and submissions without a decision are
   * repeated on it. May come without a {@link Disconnected} in between.
   */
  record Connected() implements SequencerInput {}

  /** The connection to the publisher is gone: nothing is sent until the next {@link Connected}. */
  record Disconnected() implements SequencerInput {}

  /**
   * A user handed in an XT here. The answer is one of the facts {@link
   * SequencerFact.SubmissionAccepted}, {@link SequencerFact.SubmissionJoined}, {@link
   * SequencerFact.SubmissionAnswered} and {@link SequencerFact.SubmissionRefused}, in the same
   * step.
   *
   * @param xt what is to run; canonical, as its type guarantees
   */
  record Submitted(CrossChainTransaction xt) implements SequencerInput {}

  /**
   * The publisher announced an XT: it relayed the {@code XTRequest}.
   *
   * @param xt the announced XT
   */
  record StartReceived(CrossChainTransaction xt) implements SequencerInput {}

  /**
   * The publisher sent a {@code Decided}.
   *
   * @param id the XT
   * @param commit whether all of it takes effect, or nothing
   * @param reason why not, empty when the publisher does not say (the SDK's never does); cut to 256
   *     bytes of UTF-8
   * @param refused whether this only tells that the own submission was not taken, and decides
   *     nothing; {@code commit} is then without meaning
   */
  record DecisionReceived(XtId id, boolean commit, String reason, boolean refused)
      implements SequencerInput {}

  /**
   * The execution answers a {@link SequencerEffect.Stage}: exactly once for each, in any order.
   *
   * @param id the XT
   * @param result what came of it
   */
  record Staged(XtId id, StageResult result) implements SequencerInput {}

  /**
   * A record that an earlier process made durable and whose XT is still needed: all of them come
   * first, in the order of the journal, and are followed by {@link Recovered}. No effects: whoever
   * replays has the execution stage, apply and discard what the records say.
   *
   * @param record what was written
   */
  record Replayed(SequencerRecord record) implements SequencerInput {}

  /**
   * Everything was replayed. What was voted on stays so until its decision comes; votes and
   * submissions are repeated with the next {@link Connected}, submissions for their whole time
   * again. Comes before any other input, where something was replayed. Each of them is told as
   * {@link SequencerFact.Restored}.
   *
   * @param decisions the number of the last outcome that was ever made durable: its record may have
   *     been trimmed
   */
  record Recovered(long decisions) implements SequencerInput {}

  /**
   * The archive holds every outcome up to this number, so memory may forget them. Where nothing is
   * archived, the largest number is given once: then memory forgets by its bound alone.
   *
   * @param number of a {@link SequencerRecord.Decided}; never less than before
   */
  record Archived(long number) implements SequencerInput {}

  /**
   * An outcome that memory has forgotten, found in the archive. It has to come before an input that
   * names an XT of which {@link ScpSequencer#knows} says no, if the archive knows it.
   *
   * @param outcome what stands
   */
  record Recalled(SequencerOutcome outcome) implements SequencerInput {}

  /**
   * An operator ends an XT that is in doubt, in the place of the publisher. Where it is not in
   * doubt this changes nothing, and {@link SequencerFact.Ignored} says why.
   *
   * @param id the XT
   * @param commit whether its part on the own chain takes effect
   * @param operator who says so, for the record
   */
  record Resolved(XtId id, boolean commit, String operator) implements SequencerInput {}

  /**
   * Every record of the {@link SequencerEffect.Append} effects returned so far is on disk. Never
   * given after a write whose outcome is unknown.
   */
  record Synced() implements SequencerInput {}

  /** Time has passed; due at {@link ScpSequencer#nextDeadlineNanos()}, harmless at any time. */
  record Tick() implements SequencerInput {}
}
