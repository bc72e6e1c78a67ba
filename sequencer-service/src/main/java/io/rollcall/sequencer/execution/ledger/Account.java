package io.rollcall.sequencer.execution.ledger;

import java.math.BigInteger;

/**
 * What an account holds and how many transactions it has sent.
 *
 * @param balance wei
 * @param nonce the number of its next transaction
 */
record Account(BigInteger balance, long nonce) {

  static final Account EMPTY = new Account(BigInteger.ZERO, 0);

  Account afterSending(BigInteger value) {
    return new Account(balance.subtract(value), nonce + 1);
  }

  Account afterReceiving(BigInteger value) {
    return new Account(balance.add(value), nonce);
  }
}
