package io.rollcall.sequencer.coordination;

/** Bytes that are no Ethereum transaction; the message says where they are wrong. */
public final class MalformedTransactionException extends TransactionRefusedException {

  /** A refusal because of the form alone. */
  public MalformedTransactionException(String reason) {
    super(reason);
  }
}
