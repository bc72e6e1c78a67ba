package io.rollcall.sequencer.coordination;

import io.rollcall.proto.XtId;

/** Hears of XTs that users hand in, before the coordinator does. */
@FunctionalInterface
public interface SubmissionListener {

  /** Nobody listens. */
  SubmissionListener NONE = _ -> {};

  /**
   * The calling thread, which works for the user, submits this XT next. It may be known already, or
   * refused.
   */
  void submitting(XtId id);
}
