package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;

/**
 * What a sequencer has to do because of an input. The coordinator steps all inputs that are
 * waiting, appends the records of all of them and syncs once, then carries out the other effects in
 * the order they were returned, then steps {@link SequencerInput.Synced} when there were records.
 * After a failed or unknown sync it carries out nothing.
 */
public sealed interface SequencerEffect {

  /**
   * Write this to the journal, before anything else of this batch is carried out.
   *
   * @param record what to write
   */
  record Append(SequencerRecord record) implements SequencerEffect {}

  /**
   * Have the execution stage the own chain's entries; it answers later with {@link
   * SequencerInput.Staged}. It carries out Stage, Apply and Discard in the order given.
   *
   * @param xt the whole XT
   */
  record Stage(CrossChainTransaction xt) implements SequencerEffect {}

  /**
   * Have the execution make a staged XT take effect for good.
   *
   * @param id an XT whose staging answered Ready
   */
  record Apply(XtId id) implements SequencerEffect {}

  /**
   * Have the execution drop a staged XT as if it had never been.
   *
   * @param id an XT whose staging answered Ready
   */
  record Discard(XtId id) implements SequencerEffect {}

  /**
   * Send the own chain's {@code Vote} to the publisher. When the connection is gone it may be
   * dropped: the machine repeats it after the next {@link SequencerInput.Connected}.
   *
   * @param id the XT
   * @param yes whether the own chain is ready to commit
   * @param reason why not; empty on yes, at most 256 bytes of UTF-8
   */
  record SendVote(XtId id, boolean yes, String reason) implements SequencerEffect {}

  /**
   * Send an own submission as {@code XTRequest}, byte for byte. May be dropped like a vote.
   *
   * @param xt the XT
   */
  record SendSubmission(CrossChainTransaction xt) implements SequencerEffect {}

  /**
   * Tell whoever watches: metrics, the projection, callers that wait.
   *
   * @param fact what happened
   */
  record Observed(SequencerFact fact) implements SequencerEffect {}
}
