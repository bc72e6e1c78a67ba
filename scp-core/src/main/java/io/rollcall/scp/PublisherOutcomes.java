package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The decisions that are remembered: by id, to answer repeats, and the latest of each bound chain,
 * and of all other chains together, for connections that come back. Those that the archive does not
 * hold yet are never forgotten; whoever archives bounds them.
 */
final class PublisherOutcomes {

  /** Outcomes from the archive; its asker may have to ask again. */
  private static final int MAX_RECALLED = 1_024;

  /** Reasons repeat themselves; so many different ones are shared before the table starts anew. */
  private static final int SHARED_REASONS = 1_024;

  /** One decision. A million of them are kept: no field without need. */
  record Outcome(
      XtId id, boolean commit, String reason, long number, long order, long decidedNanos) {

    PublisherMessage.Decision message() {
      return new PublisherMessage.Decision(id, commit, reason, false);
    }
  }

  private final int capacity;
  private final PublisherRules.Resend resend;
  private final Map<XtId, Outcome> byId = new LinkedHashMap<>();
  private final LinkedHashMap<XtId, PublisherMessage.Decision> recalled = new LinkedHashMap<>();
  private final Map<ChainId, ArrayDeque<Outcome>> latestOfBound = new TreeMap<>();
  private final ArrayDeque<Outcome> latestOfOthers = new ArrayDeque<>();
  private final Map<String, String> sharedReasons = new HashMap<>();
  private long archived;

  PublisherOutcomes(PublisherRules rules) {
    this.capacity = rules.rememberedOutcomes();
    this.resend = rules.resend();
    rules.boundChains().keySet().forEach(chain -> latestOfBound.put(chain, new ArrayDeque<>()));
  }

  /**
   * Other chains are bound from now on. An outcome does not say its chains, so those of a chain
   * that becomes bound begin with all that chains had which were not, and the other way round: who
   * comes back hears too much rather than too little.
   */
  void bind(Set<ChainId> chains) {
    Map<ChainId, ArrayDeque<Outcome>> before = new TreeMap<>(latestOfBound);
    List<Outcome> others = List.copyOf(latestOfOthers);
    latestOfBound.keySet().retainAll(chains);
    for (ChainId chain : chains) {
      latestOfBound.computeIfAbsent(chain, any -> new ArrayDeque<>(others));
    }
    before.keySet().removeAll(chains);
    if (!before.isEmpty()) {
      Set<Outcome> freed = new LinkedHashSet<>(others);
      before.values().forEach(freed::addAll);
      latestOfOthers.clear();
      freed.stream()
          .sorted(Comparator.comparingLong(Outcome::decidedNanos).thenComparingLong(Outcome::order))
          .forEach(outcome -> add(latestOfOthers, outcome));
    }
  }

  /** The decision that stands, as it is told. */
  PublisherMessage.@Nullable Decision find(XtId id) {
    Outcome outcome = byId.get(id);
    return outcome == null ? recalled.get(id) : outcome.message();
  }

  int size() {
    return byId.size();
  }

  /** Remembers a decision. */
  void remember(LogRecord.Decided decided, long order, boolean unboundHear) {
    Outcome outcome =
        new Outcome(
            decided.id(),
            decided.outcome().commit(),
            shared(decided.reason()),
            decided.number(),
            order,
            decided.decidedNanos());
    byId.put(outcome.id(), outcome);
    forget();
    boolean others = unboundHear;
    for (ChainVote vote : decided.votes()) {
      ArrayDeque<Outcome> latest = latestOfBound.get(vote.chain());
      if (latest != null) {
        add(latest, outcome);
      } else {
        others = true;
      }
    }
    if (others) {
      add(latestOfOthers, outcome);
    }
  }

  /** Remembers what the archive said, until others are asked for. */
  void recall(PublisherMessage.Decision decision) {
    recalled.put(decision.id(), decision);
    if (recalled.size() > MAX_RECALLED) {
      recalled.pollFirstEntry();
    }
  }

  void archived(long number) {
    archived = Math.max(archived, number);
    forget();
  }

  /** Beyond the bound the oldest go, as far as they are archived. */
  private void forget() {
    if (byId.size() <= capacity) {
      return;
    }
    Iterator<Outcome> oldest = byId.values().iterator();
    while (byId.size() > capacity && oldest.next().number() <= archived) {
      oldest.remove();
    }
  }

  /** What a connection bound to these chains missed, in the order of their start. */
  List<Outcome> missedBy(Collection<ChainId> chains, long nowNanos) {
    Set<Outcome> missed = new LinkedHashSet<>();
    for (ChainId chain : chains) {
      ArrayDeque<Outcome> latest = latestOfBound.get(chain);
      if (latest != null) {
        missed.addAll(newest(latest, nowNanos, resend.boundLimit(), outcome -> true));
      }
    }
    return inOrder(missed, resend.boundLimit());
  }

  /** What an unbound connection missed before it opened, in the order of their start. */
  List<Outcome> missedByUnbound(long openedNanos, long nowNanos) {
    return inOrder(
        newest(
            latestOfOthers,
            nowNanos,
            resend.unboundLimit(),
            outcome -> outcome.decidedNanos() <= openedNanos),
        resend.unboundLimit());
  }

  private List<Outcome> newest(
      ArrayDeque<Outcome> latest, long nowNanos, int limit, Predicate<Outcome> wanted) {
    List<Outcome> newest = new ArrayList<>();
    Iterator<Outcome> newestFirst = latest.descendingIterator();
    while (newestFirst.hasNext() && newest.size() < limit) {
      Outcome outcome = newestFirst.next();
      if (isOld(outcome, nowNanos)) {
        break;
      }
      if (wanted.test(outcome)) {
        newest.add(outcome);
      }
    }
    return newest;
  }

  private static List<Outcome> inOrder(Collection<Outcome> outcomes, int limit) {
    List<Outcome> sorted = new ArrayList<>(outcomes);
    sorted.sort(Comparator.comparingLong(Outcome::order));
    return sorted.subList(Math.max(0, sorted.size() - limit), sorted.size());
  }

  private void add(ArrayDeque<Outcome> latest, Outcome outcome) {
    latest.addLast(outcome);
    while (latest.size() > resend.boundLimit()
        || isOld(latest.getFirst(), outcome.decidedNanos())) {
      latest.removeFirst();
    }
  }

  private boolean isOld(Outcome outcome, long nowNanos) {
    return nowNanos - outcome.decidedNanos() > resend.window().toNanos();
  }

  private String shared(String reason) {
    if (reason.isEmpty()) {
      return reason;
    }
    if (sharedReasons.size() >= SHARED_REASONS) {
      sharedReasons.clear();
    }
    String earlier = sharedReasons.putIfAbsent(reason, reason);
    return earlier == null ? reason : earlier;
  }
}
