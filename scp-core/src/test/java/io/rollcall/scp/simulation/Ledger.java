package io.rollcall.scp.simulation;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The accounts of one chain. What is staged locks its accounts and changes nothing else. */
final class Ledger {

  /** Has money for everything, and is used by the last XT of a run only. */
  static final String BANK = "bank";

  static final List<String> ACCOUNTS = List.of("anna", "bela", "cora", "dora");

  private final ChainId chain;
  private final Map<String, Long> balances = new LinkedHashMap<>();
  private long total;
  private final Map<String, XtId> locks = new LinkedHashMap<>();
  private final Map<XtId, List<Transfers.Change>> staged = new LinkedHashMap<>();

  Ledger(ChainId chain) {
    this.chain = chain;
    begin();
  }

  /** As it was before anything happened. */
  final void begin() {
    locks.clear();
    staged.clear();
    balances.clear();
    ACCOUNTS.forEach(account -> balances.put(account, 100L));
    balances.put(BANK, 1_000L);
    total = count();
  }

  private long count() {
    return balances.values().stream().mapToLong(Long::longValue).sum();
  }

  long total() {
    return total;
  }

  boolean isStaged(XtId id) {
    return staged.containsKey(id);
  }

  int stagedCount() {
    return staged.size();
  }

  StageResult stage(CrossChainTransaction xt) {
    if (staged.containsKey(xt.id())) {
      throw new Violation(xt.id(), "chain " + chain + " staged it twice");
    }
    List<Transfers.Change> changes = Transfers.changes(xt, chain);
    for (Transfers.Change change : changes) {
      XtId holder = locks.get(change.account());
      if (holder != null) {
        return new StageResult.Busy(holder);
      }
    }
    for (Transfers.Change change : changes) {
      if (balance(change) + change.amount() < 0) {
        return new StageResult.Refused(
            change.account() + " has " + balance(change) + ", needs " + -change.amount());
      }
    }
    changes.forEach(change -> locks.put(change.account(), xt.id()));
    staged.put(xt.id(), changes);
    return new StageResult.Ready();
  }

  void apply(XtId id) {
    for (Transfers.Change change : release(id, "applied")) {
      balances.put(change.account(), balance(change) + change.amount());
    }
    total = count();
  }

  void discard(XtId id) {
    release(id, "discarded");
  }

  private long balance(Transfers.Change change) {
    return balances.getOrDefault(change.account(), 0L);
  }

  private List<Transfers.Change> release(XtId id, String verb) {
    List<Transfers.Change> changes = staged.remove(id);
    if (changes == null) {
      throw new Violation(id, "chain " + chain + " " + verb + " it, but it is not staged");
    }
    locks.values().removeIf(id::equals);
    return changes;
  }
}
