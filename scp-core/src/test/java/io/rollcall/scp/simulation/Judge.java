package io.rollcall.scp.simulation;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.scp.SequencerRecord;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches a run from outside, where nobody can fool it, and throws a {@link Violation} at the first
 * broken promise.
 */
final class Judge {

  /** One chain's part in one XT. */
  private record Part(ChainId chain, XtId id) {}

  private final World world;
  private final Map<ChainId, Ledger> ledgers = new LinkedHashMap<>();
  private final Map<XtId, CrossChainTransaction> started = new LinkedHashMap<>();
  private final Map<XtId, Boolean> decisions = new LinkedHashMap<>();
  private long numbers;
  private final Map<String, Map<XtId, Boolean>> heard = new LinkedHashMap<>();
  private final Set<Part> writtenYes = new LinkedHashSet<>();
  private final Set<Part> yes = new LinkedHashSet<>();
  private final Set<Part> no = new LinkedHashSet<>();
  private final Set<Part> applied = new LinkedHashSet<>();

  /** What committed XTs still have to do to the ledgers. */
  private long owed;

  private final int maxInFlightPerChain;
  private final Map<ChainId, Integer> inFlight = new LinkedHashMap<>();

  private long money;
  private long sent;
  private long latestArrived;

  Judge(World world, int maxInFlightPerChain) {
    this.world = world;
    this.maxInFlightPerChain = maxInFlightPerChain;
  }

  void watch(ChainId chain, Ledger ledger) {
    ledgers.put(chain, ledger);
    money += ledger.total();
  }

  boolean committed(XtId id) {
    return decisions.getOrDefault(id, false);
  }

  // ---- the publisher

  void written(LogRecord record) {
    switch (record) {
      case LogRecord.Started start -> {
        require(!decisions.containsKey(start.id()), start.id(), "started after its decision");
        require(started.put(start.id(), start.xt()) == null, start.id(), "started twice");
        for (ChainId chain : start.xt().chains()) {
          require(
              inFlight.merge(chain, 1, Integer::sum) <= maxInFlightPerChain,
              start.id(),
              "started although chain " + chain + " has enough in flight");
        }
      }
      case LogRecord.Decided decided -> {
        boolean commit = decided.outcome().commit();
        require(++numbers == decided.number(), decided.id(), "has not the next number");
        require(decisions.putIfAbsent(decided.id(), commit) == null, decided.id(), "decided twice");
        if (commit) {
          committedNow(decided.id());
        }
        CrossChainTransaction xt = started.get(decided.id());
        if (xt != null) {
          xt.chains().forEach(chain -> inFlight.merge(chain, -1, Integer::sum));
        }
      }
    }
  }

  private void committedNow(XtId id) {
    CrossChainTransaction xt = started.get(id);
    if (xt == null) {
      throw new Violation(id, "committed without having been started");
    }
    for (ChainId chain : xt.chains()) {
      require(yes.contains(new Part(chain, id)), id, "committed without a yes of chain " + chain);
      owed += Transfers.sum(Transfers.changes(xt, chain));
    }
  }

  /** What the publisher hands to its transport. */
  void announced(PublisherMessage message) {
    switch (message) {
      case PublisherMessage.Start start ->
          require(
              started.containsKey(start.xt().id()),
              start.xt().id(),
              "announced before its start was written");
      case PublisherMessage.Decision decision -> {
        Boolean standing = decisions.get(decision.id());
        if (decision.refused()) {
          require(standing == null, decision.id(), "refused although it is decided");
        } else {
          require(standing != null, decision.id(), "decision sent before it was written");
          require(
              standing != null && standing == decision.commit(),
              decision.id(),
              "two decisions: " + standing + " stands, " + decision.commit() + " was sent");
        }
      }
    }
  }

  /** What a peer hears. */
  void delivered(String peer, PublisherMessage message) {
    if (message instanceof PublisherMessage.Decision decision && !decision.refused()) {
      Boolean before =
          heard
              .computeIfAbsent(peer, any -> new LinkedHashMap<>())
              .put(decision.id(), decision.commit());
      require(
          before == null || before == decision.commit(),
          decision.id(),
          "two decisions heard by " + peer);
    }
  }

  // ---- the sequencers

  void written(ChainId chain, SequencerRecord record) {
    if (record instanceof SequencerRecord.Voted voted && voted.yes()) {
      writtenYes.add(new Part(chain, voted.xt().id()));
    }
  }

  void voting(ChainId chain, XtId id, boolean vote) {
    Part part = new Part(chain, id);
    if (vote) {
      require(writtenYes.contains(part), id, "yes of chain " + chain + " sent before written");
      require(!no.contains(part), id, "chain " + chain + " changed its no to a yes");
      require(ledger(chain).isStaged(id), id, "yes of chain " + chain + " on what is not staged");
      yes.add(part);
    } else {
      require(
          !yes.contains(part) || decisions.containsKey(id),
          id,
          "chain " + chain + " changed its yes to a no");
      no.add(part);
    }
  }

  void discarding(ChainId chain, XtId id) {
    require(
        !yes.contains(new Part(chain, id)) || Boolean.FALSE.equals(decisions.get(id)),
        id,
        "chain " + chain + " forgot its yes before the decision");
  }

  void applied(ChainId chain, XtId id) {
    Part part = new Part(chain, id);
    require(committed(id), id, "applied on chain " + chain + " without a commit");
    require(yes.contains(part), id, "applied on chain " + chain + " without its yes");
    require(applied.add(part), id, "applied twice on chain " + chain);
    CrossChainTransaction xt = started.get(id);
    if (xt != null) {
      owed -= Transfers.sum(Transfers.changes(xt, chain));
    }
  }

  /**
   * A chain's ledger was made again from its journal.
   *
   * @param again what was applied in it
   */
  void restored(ChainId chain, Collection<XtId> again) {
    Set<XtId> there = new LinkedHashSet<>(again);
    require(there.size() == again.size(), null, "an XT was applied twice on chain " + chain);
    for (Part part : List.copyOf(applied)) {
      require(
          !part.chain().equals(chain) || there.contains(part.id()),
          part.id(),
          "chain " + chain + " has forgotten that it applied it");
    }
    for (XtId id : there) {
      if (!applied.contains(new Part(chain, id))) {
        applied(chain, id);
      }
    }
  }

  void finished(ChainId chain, SequencerOutcome outcome) {
    Boolean standing = decisions.get(outcome.id());
    if (standing == null) {
      require(
          !outcome.committed() && no.contains(new Part(chain, outcome.id())),
          outcome.id(),
          "chain " + chain + " ended it without a decision and without a no");
    } else {
      require(
          standing == outcome.committed(),
          outcome.id(),
          "chain " + chain + " ended it otherwise than it was decided");
    }
  }

  // ---- messages of different connections

  /** The place of a message among all that were sent. */
  long sent() {
    return ++sent;
  }

  void arrived(long sequence) {
    if (sequence < latestArrived) {
      world.count(Happening.MESSAGE_OVERTAKEN);
    }
    latestArrived = Math.max(latestArrived, sequence);
  }

  // ---- always, and in the end

  void afterEachStep() {
    long total = owed;
    for (Ledger ledger : ledgers.values()) {
      total += ledger.total();
    }
    require(total == money, null, "the ledgers hold " + total + ", there is only " + money);
  }

  void atRest() {
    for (Map.Entry<XtId, CrossChainTransaction> start : started.entrySet()) {
      XtId id = start.getKey();
      require(decisions.containsKey(id), id, "started and never decided");
      for (ChainId chain : start.getValue().chains()) {
        require(
            committed(id) == applied.contains(new Part(chain, id)),
            id,
            (committed(id) ? "committed but not applied" : "aborted but applied")
                + " on chain "
                + chain);
      }
    }
    ledgers.forEach((chain, ledger) ->
        require(ledger.stagedCount() == 0, null, "chain " + chain + " still holds an XT"));
    require(owed == 0, null, "money is on its way for ever");
  }

  private Ledger ledger(ChainId chain) {
    Ledger ledger = ledgers.get(chain);
    if (ledger == null) {
      throw new IllegalStateException("no ledger for chain " + chain);
    }
    return ledger;
  }

  private static void require(boolean kept, @Nullable XtId id, String broken) {
    if (!kept) {
      throw new Violation(id, broken);
    }
  }
}
