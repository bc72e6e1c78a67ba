package io.rollcall.scp;

import io.rollcall.proto.XtId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The sequencer's side of the two-phase commit: decides what to stage, how to vote, what to apply
 * and what to repeat, for one chain.
 *
 * <p>Not thread-safe: it belongs to the coordinator thread, queries included. Equal inputs at equal
 * times give equal effects.
 */
public final class ScpSequencer {

  private final SequencerRules rules;

  /** A machine that knows nothing yet and is not connected. */
  public ScpSequencer(SequencerRules rules) {
    this.rules = rules;
  }

  /**
   * Takes one input.
   *
   * @param input what happened
   * @param nowNanos when, in nanoseconds since the Unix epoch, of a clock that never runs backwards
   * @return what to do now, in this order
   * @throws IllegalArgumentException when time runs backwards
   */
  public List<SequencerEffect> step(SequencerInput input, long nowNanos) {
    if (nowNanos < 0 || rules.maxOpenXts() < 0) {
      throw new IllegalArgumentException("time runs backwards before " + input);
    }
    return List.of();
  }

  /** When the next {@link SequencerInput.Tick} is due; empty when nothing waits for time. */
  public OptionalLong nextDeadlineNanos() {
    return OptionalLong.empty();
  }

  /** Whether there is a connection to the publisher. */
  public boolean connected() {
    return false;
  }

  /** The XTs that are started and not decided, oldest first. A copy: its cost grows with them. */
  public List<OpenXt> openXts() {
    return List.of();
  }

  /** One of them. */
  public Optional<OpenXt> openXt(XtId id) {
    return Optional.empty();
  }

  /** How many XTs are started and not decided. */
  public int openCount() {
    return 0;
  }

  /** The voted XTs whose decision is overdue, oldest first: what health names. */
  public List<XtId> inDoubt() {
    return List.of();
  }

  /** The own submissions without an outcome, oldest first. A copy: its cost grows with them. */
  public List<PendingSubmission> submissions() {
    return List.of();
  }

  /** One of them. */
  public Optional<PendingSubmission> submission(XtId id) {
    return Optional.empty();
  }

  /** How many own submissions have no outcome. */
  public int submissionCount() {
    return 0;
  }

  /** The outcome of an XT, while it is remembered. */
  public Optional<SequencerOutcome> outcome(XtId id) {
    return Optional.empty();
  }
}
