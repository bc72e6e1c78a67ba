package io.rollcall.sequencer.coordination;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.SequencerRecord;
import java.util.List;
import java.util.OptionalLong;

/**
 * One XT at one moment, as far as this sequencer knows. Times are nanoseconds since the Unix epoch
 * by its own clock. Immutable, any thread.
 *
 * @param id the XT
 * @param state where it is
 * @param chains the participants, ascending
 * @param reason why it was aborted, expired or refused, or what is wrong; empty otherwise
 * @param applied whether it took effect on the own chain
 * @param submittedNanos when it was submitted here; empty when it was not
 * @param startedNanos when it was announced to the own chain
 * @param votedNanos when the own chain voted
 * @param endedNanos when its end came; empty while it has none
 */
public record XtView(
    XtId id,
    XtState state,
    List<Participant> chains,
    String reason,
    boolean applied,
    OptionalLong submittedNanos,
    OptionalLong startedNanos,
    OptionalLong votedNanos,
    OptionalLong endedNanos) {

  /** Takes a copy. */
  public XtView {
    chains = List.copyOf(chains);
  }

  /** What is known of an XT that has ended, from the journal. */
  public static XtView of(SequencerRecord.Decided ended, ChainId ownChain) {
    XtRow row = new XtRow(ended.outcome().id(), ended.chains());
    ended.outcome().submittedAt().ifPresent(row::submitted);
    ended.outcome().startedAt().ifPresent(row::started);
    ended
        .ownVote()
        .ifPresent(vote ->
            row.voted(
                vote.answer() == ChainVote.Answer.YES,
                vote.reason(),
                ended.outcome().votedAt().orElse(ended.outcome().decidedAt())));
    row.finished(ended.outcome(), ownChain);
    return row.view(ownChain);
  }

  /** A vote as this sequencer knows it. */
  public enum Vote {
    /** Ready to commit. */
    YES,
    /** Not ready. */
    NO,
    /** The own chain has not voted. */
    NONE,
    /** Another chain's, which only the publisher knows. */
    UNKNOWN
  }

  /**
   * One chain of it.
   *
   * @param chain the chain
   * @param vote what it voted
   * @param reason its own words; empty where not known
   */
  public record Participant(ChainId chain, Vote vote, String reason) {}
}
