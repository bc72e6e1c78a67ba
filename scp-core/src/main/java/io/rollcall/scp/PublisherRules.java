package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings of the publisher machine, checked. Immutable, any thread.
 *
 * @param voteTimeout an XT is aborted when votes are missing this long after its start was
 *     announced
 * @param maxInFlightPerChain XTs that may be started and undecided on one chain at a time; more
 *     than 1 only for sequencers that isolate XTs themselves
 * @param queue bounds of what waits
 * @param boundChains for each bound chain the identities that alone may vote for it; empty while
 *     authentication is off
 * @param rememberedOutcomes decisions kept to answer repeats, oldest forgotten first, but none
 *     before it is archived; about 200 bytes each and the reason
 * @param resend bounds of what a new connection is told
 * @param silence when a chain that does not vote is refused
 */
public record PublisherRules(
    Duration voteTimeout,
    int maxInFlightPerChain,
    Queue queue,
    SortedMap<ChainId, SortedSet<String>> boundChains,
    int rememberedOutcomes,
    Resend resend,
    Silence silence) {

  /** No duration may be longer, so that times in nanoseconds stay within their range. */
  public static final Duration LONGEST = Duration.ofDays(365);

  /** Votes must be in by then. */
  public static final Duration DEFAULT_VOTE_TIMEOUT = Duration.ofSeconds(3);

  /** One XT at a time per chain. */
  public static final int DEFAULT_MAX_IN_FLIGHT_PER_CHAIN = 1;

  /** A million decisions. */
  public static final int DEFAULT_REMEMBERED_OUTCOMES = 1_000_000;

  /**
   * The most chains one XT may name: each costs far more memory than the few bytes that name it.
   */
  public static final int MAX_CHAINS_PER_XT = 256;

  /**
   * Chains nobody is bound to and that have nothing waiting or in flight are remembered, for their
   * status and their silence, up to this number; the one longest idle is forgotten first.
   */
  public static final int MAX_IDLE_CHAINS = 1_024;

  /**
   * Submitters that hear of one XT only because they sent it; when there are more, the first ones
   * stop hearing of it and may ask by repeating it.
   */
  public static final int MAX_SUBMITTERS_PER_XT = 100;

  /** Checks the values and takes copies. */
  public PublisherRules {
    positive("vote timeout", voteTimeout);
    positive("in-flight limit per chain", maxInFlightPerChain);
    positive("number of remembered outcomes", rememberedOutcomes);
    boundChains = copyOfBoundChains(boundChains);
  }

  static SortedMap<ChainId, SortedSet<String>> copyOfBoundChains(
      SortedMap<ChainId, SortedSet<String>> boundChains) {
    TreeMap<ChainId, SortedSet<String>> copy = new TreeMap<>();
    boundChains.forEach((chain, identities) -> {
      if (identities.isEmpty()) {
        throw new IllegalArgumentException("chain " + chain + " is bound to no identity");
      }
      copy.put(chain, Collections.unmodifiableSortedSet(new TreeSet<>(identities)));
    });
    return Collections.unmodifiableSortedMap(copy);
  }

  /** Every default, nobody bound to any chain. */
  public static PublisherRules defaults() {
    return new PublisherRules(
        DEFAULT_VOTE_TIMEOUT,
        DEFAULT_MAX_IN_FLIGHT_PER_CHAIN,
        Queue.DEFAULT,
        new TreeMap<>(),
        DEFAULT_REMEMBERED_OUTCOMES,
        Resend.DEFAULT,
        Silence.DEFAULT);
  }

  /** The same with another vote timeout. */
  public PublisherRules withVoteTimeout(Duration timeout) {
    return new PublisherRules(
        timeout, maxInFlightPerChain, queue, boundChains, rememberedOutcomes, resend, silence);
  }

  /** The same with another in-flight limit. */
  public PublisherRules withMaxInFlightPerChain(int limit) {
    return new PublisherRules(
        voteTimeout, limit, queue, boundChains, rememberedOutcomes, resend, silence);
  }

  /** The same with other bounds of what waits. */
  public PublisherRules withQueue(Queue bounds) {
    return new PublisherRules(
        voteTimeout, maxInFlightPerChain, bounds, boundChains, rememberedOutcomes, resend, silence);
  }

  /** The same with other bound chains. */
  public PublisherRules withBoundChains(Map<ChainId, ? extends Set<String>> chains) {
    TreeMap<ChainId, SortedSet<String>> sorted = new TreeMap<>();
    chains.forEach((chain, identities) -> sorted.put(chain, new TreeSet<>(identities)));
    return new PublisherRules(
        voteTimeout, maxInFlightPerChain, queue, sorted, rememberedOutcomes, resend, silence);
  }

  /** The same with another number of remembered outcomes. */
  public PublisherRules withRememberedOutcomes(int count) {
    return new PublisherRules(
        voteTimeout, maxInFlightPerChain, queue, boundChains, count, resend, silence);
  }

  /** The same with other bounds of what a new connection is told. */
  public PublisherRules withResend(Resend bounds) {
    return new PublisherRules(
        voteTimeout, maxInFlightPerChain, queue, boundChains, rememberedOutcomes, bounds, silence);
  }

  /**
   * Bounds of what waits; a request that does not fit is refused.
   *
   * @param capacity XTs that may wait
   * @param bytes encoded bytes of all undecided XTs, waiting or started: what keeps memory bounded
   *     when the in-flight limit is large
   * @param expiry an XT that waited this long is aborted
   * @param submitterPercent the part of capacity and bytes that one submitter's waiting XTs may
   *     take, 1 to 100; a submitter that has none waiting may always have one
   */
  public record Queue(int capacity, long bytes, Duration expiry, int submitterPercent) {

    /** XTs that may wait. */
    public static final int DEFAULT_CAPACITY = 10_000;

    /** Bytes that undecided XTs may have: 256 MB. */
    public static final long DEFAULT_BYTES = 256L * 1024 * 1024;

    /** The longest wait. */
    public static final Duration DEFAULT_EXPIRY = Duration.ofSeconds(30);

    /** A tenth, for submitters that have proven who they are. */
    public static final int DEFAULT_SUBMITTER_PERCENT = 10;

    /** With authentication off a submitter may hold all of the queue. */
    public static final int WHOLE_QUEUE_PERCENT = 100;

    /** Every default. */
    public static final Queue DEFAULT =
        new Queue(DEFAULT_CAPACITY, DEFAULT_BYTES, DEFAULT_EXPIRY, DEFAULT_SUBMITTER_PERCENT);

    /** Checks the values. */
    public Queue {
      positive("queue capacity", capacity);
      positive("queue bytes", bytes);
      positive("queue expiry", expiry);
      if (submitterPercent < 1 || submitterPercent > 100) {
        throw new IllegalArgumentException(
            "submitter share is " + submitterPercent + " percent; expected 1 to 100");
      }
    }

    /** The same with another share for each submitter. */
    public Queue withSubmitterPercent(int percent) {
      return new Queue(capacity, bytes, expiry, percent);
    }
  }

  /**
   * What a new connection that may vote is told of the past.
   *
   * @param window decisions older than this are not repeated
   * @param boundLimit the most decisions for a connection bound to chains
   * @param unboundLimit the most for one that is not
   */
  public record Resend(Duration window, int boundLimit, int unboundLimit) {

    /** Ten minutes, 10,000 and 1,000. */
    public static final Resend DEFAULT = new Resend(Duration.ofMinutes(10), 10_000, 1_000);

    /** Checks the values. */
    public Resend {
      positive("resend window", window);
      positive("resend limit of bound connections", boundLimit);
      positive("resend limit of unbound connections", unboundLimit);
    }
  }

  /**
   * When XTs naming a chain that is connected but does not vote are refused.
   *
   * @param unansweredLimit XTs in a row that may time out
   * @param trialAfter after this long one XT is let through
   */
  public record Silence(int unansweredLimit, Duration trialAfter) {

    /** Three, and ten seconds. */
    public static final Silence DEFAULT = new Silence(3, Duration.ofSeconds(10));

    /** Checks the values. */
    public Silence {
      positive("limit of unanswered XTs", unansweredLimit);
      positive("time before a trial", trialAfter);
    }
  }

  private static void positive(String what, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(what + " is " + value + "; expected more than 0");
    }
  }

  private static void positive(String what, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " is " + value + "; expected more than 0 and at most " + LONGEST);
    }
  }
}
