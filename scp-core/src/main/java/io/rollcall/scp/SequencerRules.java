package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.time.Duration;

/**
 * What a sequencer's machine goes by. Immutable, any thread.
 *
 * @param chainId the chain it votes for
 * @param voteDeadline how long after an XT's start it may take to reach a yes; after that it votes
 *     no
 * @param inDoubtAfter how long one connection may last after a vote without bringing the decision,
 *     before the XT counts as in doubt
 * @param submissionRepeat how long a submission is repeated after reconnects before it counts as in
 *     doubt
 * @param maxOpenXts the most XTs that are started here and not decided; above it the vote is no
 * @param maxOpenBytes the most bytes of their requests together; above it the vote is no
 * @param maxSubmissions the most own submissions without an outcome; above it a new one is refused
 *     to the caller, unless one that is in doubt can be forgotten for it
 * @param maxSubmissionBytes the most bytes of their requests together; above it likewise
 * @param rememberedOutcomes how many outcomes are remembered, the oldest is forgotten first, but
 *     none before it is archived
 */
public record SequencerRules(
    ChainId chainId,
    Duration voteDeadline,
    Duration inDoubtAfter,
    Duration submissionRepeat,
    int maxOpenXts,
    long maxOpenBytes,
    int maxSubmissions,
    long maxSubmissionBytes,
    int rememberedOutcomes) {

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException when one of them is zero or negative
   */
  public SequencerRules {
    positive("voteDeadline", voteDeadline);
    positive("inDoubtAfter", inDoubtAfter);
    positive("submissionRepeat", submissionRepeat);
    positive("maxOpenXts", maxOpenXts);
    positive("maxOpenBytes", maxOpenBytes);
    positive("maxSubmissions", maxSubmissions);
    positive("maxSubmissionBytes", maxSubmissionBytes);
    positive("rememberedOutcomes", rememberedOutcomes);
  }

  /** The rules that hold where nobody said otherwise. */
  public static SequencerRules defaults(ChainId chainId) {
    return new SequencerRules(
        chainId,
        Duration.ofSeconds(2),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5),
        10_000,
        256L << 20,
        10_000,
        256L << 20,
        100_000);
  }

  /** The same with another limit for reaching a vote. */
  public SequencerRules withVoteDeadline(Duration deadline) {
    return new SequencerRules(
        chainId,
        deadline,
        inDoubtAfter,
        submissionRepeat,
        maxOpenXts,
        maxOpenBytes,
        maxSubmissions,
        maxSubmissionBytes,
        rememberedOutcomes);
  }

  /** The same with another number of remembered outcomes. */
  public SequencerRules withRememberedOutcomes(int outcomes) {
    return new SequencerRules(
        chainId,
        voteDeadline,
        inDoubtAfter,
        submissionRepeat,
        maxOpenXts,
        maxOpenBytes,
        maxSubmissions,
        maxSubmissionBytes,
        outcomes);
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " is " + value + ", expected more than zero");
    }
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
  }
}
