package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the publisher must not forget, in the order it came about. Times are nanoseconds since the
 * Unix epoch. Immutable, any thread.
 */
public sealed interface LogRecord {

  /** The XT's id. */
  XtId id();

  /**
   * The XT was started; durable before anybody is asked to vote.
   *
   * @param submitter who sent it first
   */
  record Started(CrossChainTransaction xt, String submitter, long queuedNanos, long startedNanos)
      implements LogRecord {

    @Override
    public XtId id() {
      return xt.id();
    }
  }

  /**
   * The XT was decided; durable before anybody hears of it.
   *
   * @param number 1, 2, 3 ... in the order of the log, over all restarts
   * @param reason at most 256 bytes of UTF-8; empty on commit
   * @param submitter who sent it first
   * @param votes one per participating chain, ascending by chain
   * @param announcedNanos when votes began to count; empty when that is not known, or it was never
   *     started
   */
  record Decided(
      long number,
      XtId id,
      XtOutcome outcome,
      String reason,
      String submitter,
      List<ChainVote> votes,
      long queuedNanos,
      OptionalLong announcedNanos,
      long decidedNanos)
      implements LogRecord {

    /** Takes a copy of the votes. */
    public Decided {
      votes = List.copyOf(votes);
    }
  }
}
