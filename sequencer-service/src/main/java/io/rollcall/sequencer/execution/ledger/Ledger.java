package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.LedgerState;
import io.rollcall.sequencer.coordination.TransactionReceipt;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.web3j.crypto.Hash;

/**
 * Accounts, and the rules by which transfers move value between them. Gas has no price: 21000 are
 * used, nothing is paid, so the sum of all balances never changes.
 *
 * <p>A staged XT holds every account it touches: until it is applied or discarded, nothing else
 * touches them. What is staged is therefore computed once, against the committed state, and cannot
 * fail later.
 *
 * <p>A plain transaction takes effect in two steps, between which it is written to the journal: it
 * is reserved, and whatever else wants its accounts waits for that moment; then it is applied.
 *
 * <p>Safe for any thread: one lock guards all state, and is never held while a signature is
 * checked. Accounts that hold nothing and have sent nothing take no memory; receipts are bounded,
 * the oldest goes first.
 */
final class Ledger {

  static final long GAS_PER_TRANSFER = 21_000;

  private final ChainId chain;
  private final int maxReceipts;
  private final Map<Address, Account> accounts = new HashMap<>();
  private final Map<XtId, Staged> staged = new HashMap<>();
  private final Map<Address, XtId> holders = new HashMap<>();
  private final LinkedHashMap<ByteString, TransactionReceipt> receipts = new LinkedHashMap<>();
  private long blockNumber;

  /** Plain transactions that are being written, in order, and what the accounts will be then. */
  private final List<SignedTransfer> reserved = new ArrayList<>();

  private final Map<Address, Account> afterReserved = new HashMap<>();

  /** What became different since somebody last asked. */
  private final Set<Address> changed = new HashSet<>();

  private final List<TransactionReceipt> newReceipts = new ArrayList<>();

  /** What an XT will do when it is applied. */
  private record Staged(List<SignedTransfer> transfers, Map<Address, Account> after) {}

  Ledger(ChainId chain, Genesis genesis, int maxReceipts) {
    this.chain = chain;
    this.maxReceipts = maxReceipts;
    genesis.balances().forEach((address, balance) -> put(address, new Account(balance, 0)));
  }

  /** Runs transfers in order, all or none, and holds the outcome back under this id. */
  synchronized StageResult stage(XtId id, List<SignedTransfer> transfers) {
    if (staged.containsKey(id)) {
      return new StageResult.Ready();
    }
    awaitReserved(transfers);
    Optional<XtId> holder = transfers.stream().flatMap(this::holdersOf).findFirst();
    if (holder.isPresent()) {
      return new StageResult.Busy(holder.get());
    }
    Map<Address, Account> after = new HashMap<>();
    for (int i = 0; i < transfers.size(); i++) {
      try {
        run(transfers.get(i), after);
      } catch (TransactionRefusedException refused) {
        return new StageResult.Refused(
            EmbeddedLedger.place(i, transfers.size()) + refused.getMessage());
      }
    }
    staged.put(id, new Staged(List.copyOf(transfers), after));
    after.keySet().forEach(address -> holders.put(address, id));
    return new StageResult.Ready();
  }

  /** For the length of one sync, on the ledger's own thread. */
  private void awaitReserved(List<SignedTransfer> transfers) {
    while (transfers.stream()
        .anyMatch(transfer ->
            afterReserved.containsKey(transfer.from())
                || afterReserved.containsKey(transfer.to()))) {
      try {
        wait();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while staging", interrupted);
      }
    }
  }

  synchronized void apply(XtId id) {
    Staged xt = release(id);
    commit(xt.transfers(), xt.after());
  }

  synchronized void discard(XtId id) {
    release(id);
  }

  /** Runs one transfer behind those that are reserved, and reserves it too. */
  synchronized void reserve(SignedTransfer transfer) {
    Optional<XtId> holder = holdersOf(transfer).findFirst();
    if (holder.isPresent()) {
      throw new TransactionRefusedException(
          "an account of this transaction is used by the undecided XT "
              + holder.get()
              + "; try again when that has ended");
    }
    Map<Address, Account> after = new HashMap<>(afterReserved);
    run(transfer, after);
    afterReserved.putAll(after);
    reserved.add(transfer);
  }

  /** Applies what is reserved; each transfer is a block of its own. */
  synchronized void applyReserved() {
    Map<Address, Account> after = new HashMap<>();
    for (SignedTransfer transfer : reserved) {
      after.clear();
      run(transfer, after);
      commit(List.of(transfer), after);
    }
    reserved.clear();
    afterReserved.clear();
    notifyAll();
  }

  /** Forgets the genesis, and goes on from here. */
  synchronized void load(LedgerState kept) {
    accounts.clear();
    kept.accounts()
        .forEach((address, state) -> put(address, new Account(state.balance(), state.nonce())));
    blockNumber = kept.blockNumber();
    kept.receipts().forEach(receipt -> receipts.put(receipt.transactionHash(), receipt));
    changed.clear();
  }

  synchronized LedgerState takeChanges() {
    Map<Address, LedgerState.AccountState> now = new HashMap<>();
    for (Address address : changed) {
      Account account = account(address);
      now.put(address, new LedgerState.AccountState(account.balance(), account.nonce()));
    }
    LedgerState changes = new LedgerState(blockNumber, now, newReceipts);
    changed.clear();
    newReceipts.clear();
    return changes;
  }

  synchronized boolean isStaged(XtId id) {
    return staged.containsKey(id);
  }

  synchronized long blockNumber() {
    return blockNumber;
  }

  synchronized Account account(Address address) {
    return accounts.getOrDefault(address, Account.EMPTY);
  }

  synchronized Optional<TransactionReceipt> receipt(ByteString transactionHash) {
    return Optional.ofNullable(receipts.get(transactionHash));
  }

  /** The sum of all balances. */
  synchronized BigInteger total() {
    return accounts.values().stream()
        .map(Account::balance)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private Stream<XtId> holdersOf(SignedTransfer transfer) {
    return Stream.of(transfer.from(), transfer.to()).filter(holders::containsKey).map(holders::get);
  }

  /** Runs a transfer on top of {@code after}, which itself lies on top of the committed state. */
  private void run(SignedTransfer transfer, Map<Address, Account> after) {
    Account sender = current(transfer.from(), after);
    BigInteger expected = BigInteger.valueOf(sender.nonce());
    int order = transfer.nonce().compareTo(expected);
    if (order != 0) {
      throw new TransactionRefusedException(
          (order < 0 ? "nonce too low" : "nonce too high")
              + " for "
              + transfer.from()
              + ": got "
              + transfer.nonce()
              + ", expected "
              + expected);
    }
    if (sender.balance().compareTo(transfer.value()) < 0) {
      throw new TransactionRefusedException(
          "insufficient balance of "
              + transfer.from()
              + ": have "
              + sender.balance()
              + ", need "
              + transfer.value());
    }
    after.put(transfer.from(), sender.afterSending(transfer.value()));
    // Read after the sender was written: somebody may pay himself.
    Account recipient = current(transfer.to(), after);
    after.put(transfer.to(), recipient.afterReceiving(transfer.value()));
  }

  private Account current(Address address, Map<Address, Account> after) {
    Account changed = after.get(address);
    return changed != null ? changed : account(address);
  }

  private Staged release(XtId id) {
    Staged xt = staged.remove(id);
    if (xt == null) {
      throw new IllegalStateException("XT " + id + " is not staged");
    }
    xt.after().keySet().forEach(holders::remove);
    return xt;
  }

  private void commit(List<SignedTransfer> transfers, Map<Address, Account> after) {
    after.forEach(this::put);
    changed.addAll(after.keySet());
    blockNumber++;
    ByteString blockHash = blockHash();
    for (int i = 0; i < transfers.size(); i++) {
      SignedTransfer transfer = transfers.get(i);
      TransactionReceipt receipt =
          new TransactionReceipt(
              transfer.hash(),
              i,
              blockNumber,
              blockHash,
              transfer.from(),
              transfer.to(),
              transfer.type(),
              GAS_PER_TRANSFER,
              GAS_PER_TRANSFER * (i + 1));
      receipts.put(transfer.hash(), receipt);
      newReceipts.add(receipt);
    }
    while (receipts.size() > maxReceipts) {
      receipts.pollFirstEntry();
    }
  }

  private void put(Address address, Account account) {
    if (account.equals(Account.EMPTY)) {
      accounts.remove(address);
    } else {
      accounts.put(address, account);
    }
  }

  /** There are no block headers to hash: a name for the block that no other chain shares. */
  private ByteString blockHash() {
    String name = "rollcall ledger, chain " + chain + ", block " + blockNumber;
    return ByteString.copyFrom(Hash.sha3(name.getBytes(StandardCharsets.UTF_8)));
  }
}
