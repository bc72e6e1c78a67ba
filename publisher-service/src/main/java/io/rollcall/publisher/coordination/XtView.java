package io.rollcall.publisher.coordination;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ChainVote;
import java.util.List;
import java.util.OptionalLong;

/**
 * One XT at one moment. Times are nanoseconds since the Unix epoch. Immutable, any thread.
 *
 * @param place where it stands in the list
 * @param id the XT
 * @param state where it is
 * @param submitter who sent it first: a configured identity, or a connection id
 * @param chains the participants, ascending, with their votes; empty when its details are no longer
 *     kept
 * @param reason why it was aborted or expired; empty otherwise
 * @param queuedNanos when it was taken up; empty when its details are no longer kept
 * @param announcedNanos when votes began to count; empty when it was not announced (yet)
 * @param decidedNanos when it was decided; empty while it is not
 */
public record XtView(
    XtCursor place,
    XtId id,
    XtState state,
    String submitter,
    List<Participant> chains,
    String reason,
    OptionalLong queuedNanos,
    OptionalLong announcedNanos,
    OptionalLong decidedNanos) {

  /** Takes a copy. */
  public XtView {
    chains = List.copyOf(chains);
  }

  /**
   * The chains because of which it was aborted, ascending: those that voted no, else those that did
   * not vote in time. Empty for every other XT, one that was never announced included.
   */
  public List<ChainId> abortedBy() {
    if (state != XtState.ABORTED || announcedNanos.isEmpty()) {
      return List.of();
    }
    List<ChainId> refusing = chainsThatAnswered(ChainVote.Answer.NO);
    return refusing.isEmpty() ? chainsThatAnswered(ChainVote.Answer.NONE) : refusing;
  }

  private List<ChainId> chainsThatAnswered(ChainVote.Answer answer) {
    return chains.stream()
        .filter(participant -> participant.answer() == answer)
        .map(Participant::chain)
        .toList();
  }

  /**
   * How one chain answered.
   *
   * @param chain the participant
   * @param answer its vote, or none so far
   * @param reason its own words, often empty
   * @param latencyNanos from the announcement to its vote; empty without a vote
   */
  public record Participant(
      ChainId chain, ChainVote.Answer answer, String reason, OptionalLong latencyNanos) {}
}
