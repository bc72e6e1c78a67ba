package io.rollcall.scp;

import io.rollcall.proto.XtId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The XTs that wait, in one order: round robin over submitters, oldest first within each.
 *
 * <p>An XT gets its place on arrival and keeps it: a turn (the round it belongs to) and a number. A
 * round has begun when the head of the order was started from it. The first XT of a submitter that
 * has none waiting joins the first round that has not begun, each further one the round after the
 * one before. A round that has begun takes no newcomer, so it ends and everybody's turn comes.
 *
 * <p>Whether an XT may start is asked of its chains alone: it must be the first in line at each of
 * them. That is the same as sharing no chain with an older one, without looking through the queue.
 */
final class PublisherQueue {

  /** What waits of one submitter, by age. */
  private static final class Share {
    private final SequencedSet<PublisherXt> waiting = new LinkedHashSet<>();
    private long bytes;
  }

  private final PublisherRules.Queue bounds;
  private final LinkedHashMap<XtId, PublisherXt> byArrival = new LinkedHashMap<>();
  private final NavigableSet<PublisherXt> inLine = new TreeSet<>(PublisherXt.ORDER);
  private final Map<String, Share> shares = new HashMap<>();
  private long bytes;
  private long headTurn;

  PublisherQueue(PublisherRules.Queue bounds) {
    this.bounds = bounds;
  }

  int size() {
    return byArrival.size();
  }

  long bytes() {
    return bytes;
  }

  @Nullable PublisherXt find(XtId id) {
    return byArrival.get(id);
  }

  /** The round in which a new XT of this submitter belongs. */
  long nextTurn(String submitter) {
    Share share = shares.get(submitter);
    long afterOwn = share == null ? 0 : share.waiting.getLast().turn() + 1;
    return Math.max(headTurn + 1, afterOwn);
  }

  /** Why an XT cannot be added, or null when it can. */
  @Nullable String refusal(PublisherXt xt) {
    if (size() >= bounds.capacity()) {
      return "the queue is full (" + size() + " XTs)";
    }
    Share share = shares.get(xt.submitter());
    if (share == null) {
      return null;
    }
    int count = share.waiting.size();
    if (count >= Math.max(1, (long) bounds.capacity() * bounds.submitterPercent() / 100)) {
      return "the submitter's share of the queue is full (" + count + " XTs)";
    }
    if (share.bytes + xt.bytes() > bounds.bytes() / 100 * bounds.submitterPercent()) {
      return "the submitter's share of the queue is full (" + share.bytes + " bytes)";
    }
    return null;
  }

  /** Adds an XT, in line or aside. */
  void add(PublisherXt xt, boolean served) {
    byArrival.put(xt.id(), xt);
    bytes += xt.bytes();
    Share share = shares.computeIfAbsent(xt.submitter(), unknown -> new Share());
    share.waiting.add(xt);
    share.bytes += xt.bytes();
    if (served) {
      putInLine(xt);
    } else {
      xt.chains().forEach(chain -> chain.aside().add(xt));
    }
  }

  /** Takes an XT out, whatever becomes of it. */
  void remove(PublisherXt xt) {
    byArrival.remove(xt.id());
    bytes -= xt.bytes();
    Share share = shares.get(xt.submitter());
    if (share != null) {
      share.waiting.remove(xt);
      share.bytes -= xt.bytes();
      if (share.waiting.isEmpty()) {
        shares.remove(xt.submitter());
      }
    }
    inLine.remove(xt);
    for (PublisherChain chain : xt.chains()) {
      chain.waiting().remove(xt);
      chain.aside().remove(xt);
    }
  }

  /** Lets an XT of a chain that is not served hold nobody back; its place stays its own. */
  void standAside(PublisherXt xt) {
    inLine.remove(xt);
    for (PublisherChain chain : xt.chains()) {
      chain.waiting().remove(xt);
      chain.aside().add(xt);
    }
  }

  /** Gives an XT that stood aside its place again. */
  void stepBack(PublisherXt xt) {
    xt.chains().forEach(chain -> chain.aside().remove(xt));
    putInLine(xt);
  }

  /** Notes, before it leaves, that an XT starts: the head's start begins a round. */
  void starting(PublisherXt xt) {
    if (inLine.isEmpty() || PublisherXt.ORDER.compare(xt, inLine.first()) <= 0) {
      headTurn = Math.max(headTurn, xt.turn());
    }
  }

  /** When the XT that waits longest expires. */
  OptionalLong nextExpiryNanos() {
    return byArrival.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(expiryNanos(byArrival.firstEntry().getValue()));
  }

  /** Those whose time is over, by arrival. */
  List<PublisherXt> expired(long nowNanos) {
    List<PublisherXt> expired = new ArrayList<>();
    for (PublisherXt xt : byArrival.values()) {
      if (expiryNanos(xt) > nowNanos) {
        break;
      }
      expired.add(xt);
    }
    return expired;
  }

  Duration expiry() {
    return bounds.expiry();
  }

  private long expiryNanos(PublisherXt xt) {
    return xt.queuedNanos() + bounds.expiry().toNanos();
  }

  private void putInLine(PublisherXt xt) {
    inLine.add(xt);
    xt.chains().forEach(chain -> chain.waiting().add(xt));
  }
}
