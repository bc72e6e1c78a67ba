package io.rollcall.scp;

import io.rollcall.proto.XtId;

/** What the execution made of the own chain's part of an XT that it was asked to stage. */
public sealed interface StageResult {

  /**
   * It ran, and its effects are held back, isolated from everything else, until {@link
   * SequencerEffect.Apply} or {@link SequencerEffect.Discard}.
   */
  record Ready() implements StageResult {}

  /**
   * It cannot run; nothing is staged.
   *
   * @param reason why, in words for the submitter; cut to 256 bytes of UTF-8
   */
  record Refused(String reason) implements StageResult {}

  /**
   * It was not tried, because a staged XT without a decision touches the same accounts; nothing is
   * staged. The machine asks again when that one is gone.
   *
   * @param holder the staged XT
   */
  record Busy(XtId holder) implements StageResult {}
}
