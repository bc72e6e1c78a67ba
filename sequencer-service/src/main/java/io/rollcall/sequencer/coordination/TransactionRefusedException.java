package io.rollcall.sequencer.coordination;

/** A transaction that the rollup does not run; the message says why, in words for its sender. */
public class TransactionRefusedException extends RuntimeException {

  /** A refusal. */
  public TransactionRefusedException(String reason) {
    super(reason);
  }
}
