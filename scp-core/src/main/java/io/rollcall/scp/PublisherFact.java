package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import java.util.List;

/**
 * What happened inside the publisher machine, for metrics, logs and the HTTP projection. Times are
 * nanoseconds since the Unix epoch, latencies nanoseconds. Immutable, any thread.
 */
public sealed interface PublisherFact {

  /** An XT was taken up; it may start in the same step. */
  record Queued(String connectionId, String submitter, CrossChainTransaction xt, long queuedNanos)
      implements PublisherFact {}

  /** The start was announced; from now on votes count and the time runs. */
  record VotingStarted(CrossChainTransaction xt, long announcedNanos) implements PublisherFact {}

  /**
   * A vote was counted.
   *
   * @param latencyNanos since the start was announced
   */
  record VoteCounted(XtId id, ChainId chain, boolean yes, String reason, long latencyNanos)
      implements PublisherFact {}

  /** A vote of a peer that may speak for the chain was not counted. */
  record VoteIgnored(String connectionId, XtId id, ChainId chain, Cause cause)
      implements PublisherFact {

    /** Why. */
    public enum Cause {
      /** No XT of this id is queued, open or remembered; not answered. */
      UNKNOWN_XT,
      /** The XT waits, or its start is not durable yet. */
      NOT_ANNOUNCED,
      /** The XT does not touch the chain. */
      NOT_A_PARTICIPANT,
      /** The chain has voted; its first vote stands. */
      ALREADY_VOTED,
      /** The decision stands; the voter was told. */
      ALREADY_DECIDED
    }
  }

  /** A vote for a chain the peer may not speak for. */
  record IdentityMismatch(String connectionId, ChainId chain) implements PublisherFact {}

  /**
   * An XT got its one decision.
   *
   * @param decision what was logged
   * @param timedOut it was aborted because the chains whose answer is NONE were silent
   */
  record Finished(LogRecord.Decided decision, boolean timedOut) implements PublisherFact {

    /** The chains that had not voted when it was decided, ascending. */
    public List<ChainId> silentChains() {
      return decision.votes().stream()
          .filter(vote -> vote.answer() == ChainVote.Answer.NONE)
          .map(ChainVote::chain)
          .toList();
    }
  }

  /** A request was refused; nothing is remembered of it. */
  record Refused(String connectionId, XtId id, String reason) implements PublisherFact {}

  /**
   * A request came again.
   *
   * @param answered it had its decision, which was sent; else the sender hears it when it falls
   */
  record Repeated(String connectionId, XtId id, boolean answered) implements PublisherFact {}

  /** A connected chain let so many XTs in a row time out that XTs naming it are refused. */
  record ChainStoppedAnswering(ChainId chain, int timeouts) implements PublisherFact {}

  /** A chain that had stopped answering is asked again. */
  record ChainAnswersAgain(ChainId chain) implements PublisherFact {}
}
