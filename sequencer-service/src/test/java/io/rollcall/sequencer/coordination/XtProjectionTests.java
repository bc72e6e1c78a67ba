package io.rollcall.sequencer.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.sequencer.testing.Xts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class XtProjectionTests {

  private static final long OWN = 55_555;
  private long now = 1_000;
  private final XtProjection projection =
      new XtProjection(ChainId.of(OWN), 2, Duration.ofSeconds(1), () -> now, XtArchive.NONE);

  @Test
  void knowsTheOwnVoteAndOthersOnlyFromACommit() {
    CrossChainTransaction xt = xt("a");
    tell(new SequencerFact.Started(xt, 1), new SequencerFact.VoteSent(xt.id(), true, "", false));
    assertThat(find(xt).state()).isEqualTo(XtState.VOTING);
    assertThat(find(xt).chains())
        .containsExactly(
            new XtView.Participant(ChainId.of(7), XtView.Vote.UNKNOWN, ""),
            new XtView.Participant(ChainId.of(OWN), XtView.Vote.YES, ""));

    finish(xt, true, true, "");

    assertThat(find(xt).state()).isEqualTo(XtState.COMMITTED);
    assertThat(find(xt).chains())
        .extracting(XtView.Participant::vote)
        .containsExactly(XtView.Vote.YES, XtView.Vote.YES);
  }

  @Test
  void callsAnXtExpiredThatEndedWithoutBeingAnnounced() {
    CrossChainTransaction xt = xt("a");
    tell(new SequencerFact.SubmissionAccepted(xt, 1));
    assertThat(find(xt).state()).isEqualTo(XtState.QUEUED);

    finish(xt, false, false, "chain 7 is not connected");

    assertThat(find(xt).state()).isEqualTo(XtState.EXPIRED);
    assertThat(find(xt).reason()).isEqualTo("chain 7 is not connected");
  }

  @Test
  void callsARefusedSubmissionSoAndBeginsAnewWhenItComesAgain() {
    CrossChainTransaction xt = xt("a");
    tell(
        new SequencerFact.SubmissionAccepted(xt, 1),
        new SequencerFact.SubmissionRefused(xt.id(), true, "full"));
    assertThat(find(xt).state()).isEqualTo(XtState.REFUSED);

    tell(new SequencerFact.SubmissionAccepted(xt, 2));

    assertThat(find(xt).state()).isEqualTo(XtState.QUEUED);
    assertThat(find(xt).submittedNanos()).hasValue(2);
    assertThat(projection.open()).isEqualTo(1);
  }

  @Test
  void aRefusalEndsNothingThatWasAnnounced() {
    CrossChainTransaction xt = xt("a");
    tell(
        new SequencerFact.SubmissionAccepted(xt, 1),
        new SequencerFact.Started(xt, 2),
        new SequencerFact.SubmissionRefused(xt.id(), true, "full"));

    assertThat(find(xt).state()).isEqualTo(XtState.VOTING);
  }

  @Test
  void namesWhatIsInDoubtUntilItsDecisionComes() {
    CrossChainTransaction xt = xt("a");
    tell(new SequencerFact.Started(xt, 1), new SequencerFact.XtInDoubt(xt.id()));
    assertThat(projection.inDoubt()).containsExactly(xt.id());
    assertThat(find(xt).state().word()).isEqualTo("in doubt");
    tell(new SequencerFact.SubmissionJoined(xt.id()));
    assertThat(find(xt).state()).isEqualTo(XtState.IN_DOUBT);

    finish(xt, true, true, "");

    assertThat(projection.inDoubt()).isEmpty();
    assertThat(find(xt).state()).isEqualTo(XtState.COMMITTED);
  }

  @Test
  void aSubmissionInDoubtIsQueuedAgainWhenItsUserAsksAgain() {
    CrossChainTransaction xt = xt("a");
    tell(new SequencerFact.SubmissionAccepted(xt, 1), new SequencerFact.SubmissionInDoubt(xt.id()));
    assertThat(find(xt).state()).isEqualTo(XtState.IN_DOUBT);

    tell(new SequencerFact.SubmissionJoined(xt.id()));

    assertThat(find(xt).state()).isEqualTo(XtState.QUEUED);
  }

  @Test
  void saysThatACommitWasNotApplied() {
    CrossChainTransaction xt = xt("a");
    tell(
        new SequencerFact.Started(xt, 1),
        new SequencerFact.VoteSent(xt.id(), false, "broke", false),
        new SequencerFact.CommitWithoutVote(xt.id()));
    finish(xt, true, false, "");

    assertThat(find(xt).reason()).contains("not applied here");
    assertThat(find(xt).applied()).isFalse();
  }

  @Test
  void keepsTheLastThatEndedAndNoneThatEndedLongAgo() {
    for (String name : List.of("a", "b", "c")) {
      tell(new SequencerFact.Started(xt(name), 1));
      finish(xt(name), false, false, "");
    }
    tell(new SequencerFact.Started(xt("open"), 1));
    assertThat(projection.find(xt("a").id())).isEmpty();
    assertThat(projection.find(xt("b").id())).isPresent();

    now += Duration.ofSeconds(2).toNanos();

    assertThat(projection.find(xt("c").id())).isEmpty();
    assertThat(projection.find(xt("open").id())).isPresent();
  }

  @Test
  void keepsFewerOfThoseThatNameManyChains() {
    CrossChainTransaction large = withManyChains("large");
    tell(new SequencerFact.SubmissionAccepted(large, 1));
    finish(large, false, false, "");
    assertThat(projection.find(large.id())).isEmpty();

    // Nor does a submission that was refused escape the bound.
    tell(
        new SequencerFact.SubmissionAccepted(large, 1),
        new SequencerFact.SubmissionRefused(large.id(), true, "names too many chains"));
    assertThat(projection.find(large.id())).isEmpty();

    // What was dropped is not charged any more.
    for (String name : List.of("a", "b")) {
      tell(new SequencerFact.Started(xt(name), 1));
      finish(xt(name), false, false, "");
    }
    assertThat(projection.size()).isEqualTo(2);
  }

  private static CrossChainTransaction withManyChains(String name) {
    return Xts.xt(
        LongStream.rangeClosed(1, 20)
            .mapToObj(chain -> Xts.entry(chain, ByteString.copyFromUtf8(name)))
            .toArray(TransactionRequest[]::new));
  }

  private void finish(CrossChainTransaction xt, boolean committed, boolean applied, String why) {
    tell(
        new SequencerFact.Finished(
            1,
            new SequencerOutcome(
                xt.id(),
                committed,
                applied,
                why,
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                now)));
  }

  private void tell(SequencerFact... facts) {
    projection.observed(List.of(facts));
  }

  private XtView find(CrossChainTransaction xt) {
    return projection.find(xt.id()).orElseThrow();
  }

  private static CrossChainTransaction xt(String name) {
    return Xts.xt(
        Xts.entry(OWN, ByteString.copyFromUtf8(name)), Xts.entry(7, ByteString.copyFromUtf8("x")));
  }
}
