package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One chain: who is connected for it, what waits for it and whether it answers. */
final class PublisherChain {

  private final ChainId id;
  private boolean reserved;
  private final Map<String, Peer> bound = new LinkedHashMap<>();
  private final NavigableSet<PublisherXt> waiting = new TreeSet<>(PublisherXt.ORDER);
  private final NavigableSet<PublisherXt> aside = new TreeSet<>(PublisherXt.ORDER);
  private int inFlight;
  private boolean everVoted;
  private int timeouts;
  private long silentSinceNanos;
  private @Nullable XtId trial;

  /**
   * A chain without connections.
   *
   * @param reserved some identity is bound to it, so unbound peers may not vote for it
   */
  PublisherChain(ChainId id, boolean reserved) {
    this.id = id;
    this.reserved = reserved;
  }

  ChainId id() {
    return id;
  }

  boolean reserved() {
    return reserved;
  }

  void reserve(boolean forBound) {
    reserved = forBound;
  }

  /** The open connections bound to this chain, by connection id, in the order they opened. */
  Map<String, Peer> bound() {
    return bound;
  }

  /** XTs naming this chain that stand in line: whatever comes later here has to wait for them. */
  NavigableSet<PublisherXt> waiting() {
    return waiting;
  }

  /** XTs naming this chain that hold nobody back, because a chain they name is not served. */
  NavigableSet<PublisherXt> aside() {
    return aside;
  }

  int inFlight() {
    return inFlight;
  }

  void started() {
    inFlight++;
  }

  void decided() {
    inFlight--;
  }

  /** Nobody refers to this chain, it may be forgotten. */
  boolean unused() {
    return !reserved && inFlight == 0 && bound.isEmpty() && waiting.isEmpty() && aside.isEmpty();
  }

  /** There is something to remember of it while it is unused. */
  boolean memorable() {
    return everVoted || timeouts > 0;
  }

  void voted() {
    everVoted = true;
  }

  int timeouts() {
    return timeouts;
  }

  /** It let an XT time out although it was connected. */
  void timedOut(long nowNanos) {
    timeouts++;
    silentSinceNanos = nowNanos;
  }

  /** It was heard of, or somebody new speaks for it: what was counted against it is void. */
  void forgive() {
    timeouts = 0;
    trial = null;
  }

  boolean answers(PublisherRules.Silence rule) {
    return timeouts < rule.unansweredLimit();
  }

  /** Whether an XT may be taken up: the chain answers, or it is time to try one. */
  boolean admits(PublisherRules.Silence rule, long nowNanos) {
    return answers(rule)
        || (trial == null && nowNanos - silentSinceNanos >= rule.trialAfter().toNanos());
  }

  void tryWith(XtId xt) {
    trial = xt;
  }

  /** The trial, if this was one, ended; what it told was counted as a vote or a time-out. */
  void trialEnded(XtId xt) {
    if (xt.equals(trial)) {
      trial = null;
    }
  }

  /** Both kinds of waiting XTs, oldest first. */
  List<PublisherXt> allWaiting() {
    TreeSet<PublisherXt> all = new TreeSet<>(waiting);
    all.addAll(aside);
    return List.copyOf(all);
  }
}
