package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.TransactionReceipt;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  synchronized void apply(XtId id) {
    Staged xt = release(id);
    commit(xt.transfers(), xt.after());
  }

  synchronized void discard(XtId id) {
    release(id);
  }

  /** Applies one transfer at once. */
  synchronized void applyPlain(SignedTransfer transfer) {
    Optional<XtId> holder = holdersOf(transfer).findFirst();
    if (holder.isPresent()) {
      throw new TransactionRefusedException(
          "an account of this transaction is used by the undecided XT "
              + holder.get()
              + "; try again when that has ended");
    }
    Map<Address, Account> after = new HashMap<>();
    run(transfer, after);
    commit(List.of(transfer), after);
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
    blockNumber++;
    ByteString blockHash = blockHash();
    for (int i = 0; i < transfers.size(); i++) {
      SignedTransfer transfer = transfers.get(i);
      receipts.put(
          transfer.hash(),
          new TransactionReceipt(
              transfer.hash(),
              i,
              blockNumber,
              blockHash,
              transfer.from(),
              transfer.to(),
              transfer.type(),
              GAS_PER_TRANSFER,
              GAS_PER_TRANSFER * (i + 1)));
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
