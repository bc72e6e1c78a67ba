package io.rollcall.scp;

/** How an XT ended at the publisher. */
public enum XtOutcome {
  /** Every participating chain voted yes. */
  COMMITTED,
  /** A chain voted no, did not vote in time, or stopped answering. */
  ABORTED,
  /** Never started: it waited for longer than the queue's expiry. An abort to those who hear it. */
  EXPIRED;

  /** What goes out as {@code Decided.decision}. */
  public boolean commit() {
    return this == COMMITTED;
  }
}
