package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** One undecided XT, from the moment it is taken up. */
final class PublisherXt {

  /** The one order of everything that waits; 'older' means earlier in it. */
  static final Comparator<PublisherXt> ORDER =
      Comparator.comparingLong(PublisherXt::turn).thenComparingLong(PublisherXt::arrival);

  private final CrossChainTransaction content;
  private final String submitter;
  private final List<PublisherChain> chains;
  private final long turn;
  private final long arrival;
  private final long queuedNanos;
  private final ChainVote[] votes;
  private final Set<String> submitters = new LinkedHashSet<>(2);
  private int missingVotes;
  private boolean unboundHear;
  private long order;
  private OptionalLong announcedNanos = OptionalLong.empty();

  /**
   * An XT that will wait.
   *
   * @param chains the participants, in the order of {@code content.chains()}
   * @param turn round of the round robin over submitters
   * @param arrival number in the order of arrival
   */
  PublisherXt(
      CrossChainTransaction content,
      String submitter,
      List<PublisherChain> chains,
      long turn,
      long arrival,
      long queuedNanos) {
    this.content = content;
    this.submitter = submitter;
    this.chains = chains;
    this.turn = turn;
    this.arrival = arrival;
    this.queuedNanos = queuedNanos;
    this.missingVotes = chains.size();
    this.votes = new ChainVote[chains.size()];
    for (int i = 0; i < votes.length; i++) {
      votes[i] = noVote(chains.get(i).id());
    }
  }

  static ChainVote noVote(ChainId chain) {
    return new ChainVote(chain, ChainVote.Answer.NONE, "", OptionalLong.empty());
  }

  XtId id() {
    return content.id();
  }

  CrossChainTransaction content() {
    return content;
  }

  int bytes() {
    return content.encoded().size();
  }

  String submitter() {
    return submitter;
  }

  List<PublisherChain> chains() {
    return chains;
  }

  long turn() {
    return turn;
  }

  long arrival() {
    return arrival;
  }

  long queuedNanos() {
    return queuedNanos;
  }

  /** Its number among all XTs that were started. */
  long order() {
    return order;
  }

  void startedAs(long number) {
    order = number;
  }

  /** When votes began to count; empty while the start is not durable. */
  OptionalLong announcedNanos() {
    return announcedNanos;
  }

  void announced(long nowNanos) {
    announcedNanos = OptionalLong.of(nowNanos);
  }

  /** Position of a participant, negative when the chain is none. */
  int indexOf(ChainId chain) {
    return Collections.binarySearch(content.chains(), chain);
  }

  boolean hasVoted(int index) {
    return votes[index].answer() != ChainVote.Answer.NONE;
  }

  void vote(int index, boolean yes, String reason, long latencyNanos) {
    votes[index] =
        new ChainVote(
            votes[index].chain(),
            yes ? ChainVote.Answer.YES : ChainVote.Answer.NO,
            reason,
            OptionalLong.of(latencyNanos));
    missingVotes--;
  }

  boolean votesMissing() {
    return missingVotes > 0;
  }

  List<ChainVote> votes() {
    return Arrays.asList(votes);
  }

  /**
   * Whether unbound connections hear of the decision although they may not vote any more: they may
   * have voted, and have to know what became of it.
   */
  boolean unboundHear() {
    return unboundHear;
  }

  void letUnboundHear() {
    unboundHear = true;
  }

  /** Those who hear of the decision although they may not vote, in the order they asked. */
  Set<String> submitters() {
    return submitters;
  }

  /** Adds one who hears of the decision; at the bound those who are gone, then the first, go. */
  void addSubmitter(String connectionId, Predicate<String> isOpen) {
    if (submitters.size() >= PublisherRules.MAX_SUBMITTERS_PER_XT
        && !submitters.contains(connectionId)) {
      submitters.removeIf(isOpen.negate());
      if (submitters.size() >= PublisherRules.MAX_SUBMITTERS_PER_XT) {
        submitters.remove(submitters.iterator().next());
      }
    }
    submitters.add(connectionId);
  }
}
