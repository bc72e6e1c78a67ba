package io.rollcall.sequencer.coordination;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * An embedded ledger, or what became of some of it. Immutable, any thread.
 *
 * @param blockNumber the newest block
 * @param accounts those that are there, or have changed; one that holds nothing and has sent
 *     nothing is gone
 * @param receipts those that are kept, or are new, oldest first
 */
public record LedgerState(
    long blockNumber, Map<Address, AccountState> accounts, List<TransactionReceipt> receipts) {

  /** Nothing, or no change. */
  public static final LedgerState NONE = new LedgerState(0, Map.of(), List.of());

  /** Takes copies. */
  public LedgerState {
    accounts = Map.copyOf(accounts);
    receipts = List.copyOf(receipts);
  }

  /**
   * One account.
   *
   * @param balance wei
   * @param nonce the number of its next transaction
   */
  public record AccountState(BigInteger balance, long nonce) {}
}
