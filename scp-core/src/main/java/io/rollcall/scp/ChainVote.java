package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.util.OptionalLong;

/**
 * How one participating chain answered. Immutable, any thread.
 *
 * @param chain the participant
 * @param answer its vote, or that there was none
 * @param reason the chain's own words, at most 256 bytes of UTF-8, often empty
 * @param latencyNanos from the announcement to the vote; empty without a vote
 */
public record ChainVote(ChainId chain, Answer answer, String reason, OptionalLong latencyNanos) {

  /** A vote, or none. */
  public enum Answer {
    /** Ready to commit. */
    YES,
    /** Will not commit. */
    NO,
    /** Not heard of before the decision. */
    NONE
  }
}
