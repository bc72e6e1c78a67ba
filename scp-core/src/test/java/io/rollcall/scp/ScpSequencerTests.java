package io.rollcall.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.scp.OpenXt.Phase;
import io.rollcall.scp.SequencerEffect.Append;
import io.rollcall.scp.SequencerEffect.Apply;
import io.rollcall.scp.SequencerEffect.Discard;
import io.rollcall.scp.SequencerEffect.Observed;
import io.rollcall.scp.SequencerEffect.SendSubmission;
import io.rollcall.scp.SequencerEffect.SendVote;
import io.rollcall.scp.SequencerEffect.Stage;
import io.rollcall.scp.SequencerInput.Connected;
import io.rollcall.scp.SequencerInput.DecisionReceived;
import io.rollcall.scp.SequencerInput.Disconnected;
import io.rollcall.scp.SequencerInput.Staged;
import io.rollcall.scp.SequencerInput.StartReceived;
import io.rollcall.scp.SequencerInput.Submitted;
import io.rollcall.scp.SequencerInput.Synced;
import io.rollcall.scp.SequencerInput.Tick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ScpSequencerTests {

  private static final ChainId OWN = ChainId.of(1);
  private static final ChainId OTHER = ChainId.of(2);
  private static final ChainId THIRD = ChainId.of(3);
  private static final long START = Duration.ofDays(20_000).toNanos();

  private static final CrossChainTransaction XT = xt(1, OWN, OTHER);
  private static final XtId ID = XT.id();
  private static final CrossChainTransaction SECOND = xt(2, OWN, OTHER);
  private static final CrossChainTransaction FOREIGN = xt(3, OTHER, THIRD);

  private SequencerRules rules = SequencerRules.defaults(OWN);
  private ScpSequencer sequencer = new ScpSequencer(rules);
  private long now = START;

  @BeforeEach
  void connect() {
    step(new Connected());
  }

  @Nested
  class Starting {

    @Test
    void stagesAnXtThatTheOwnChainTakesPartIn() {
      assertThat(step(new StartReceived(XT)))
          .containsExactly(new Observed(new SequencerFact.Started(XT, START)), new Stage(XT));
      assertThat(sequencer.openXt(ID))
          .hasValue(new OpenXt(XT, Phase.STAGING, "", START, OptionalLong.empty(), false));
    }

    @Test
    void neitherStagesNorVotesOnAnXtWithoutTheOwnChain() {
      assertThat(work(step(new StartReceived(FOREIGN)))).isEmpty();
      assertThat(sequencer.openCount()).isZero();
    }

    @Test
    void stagesAnXtOfTheOwnChainAlone() {
      CrossChainTransaction single = xt(4, OWN);
      assertThat(work(step(new StartReceived(single)))).containsExactly(new Stage(single));
    }

    @Test
    void doesNotStageAnOpenXtTwice() {
      step(new StartReceived(XT));
      assertThat(work(step(new StartReceived(XT)))).isEmpty();
    }

    @Test
    void sendsTheVoteAgainWhenAVotedXtIsStartedAgain() {
      voteYes(XT);
      assertThat(step(new StartReceived(XT)))
          .containsExactly(
              new SendVote(ID, true, ""),
              new Observed(new SequencerFact.VoteSent(ID, true, "", true)));
      voteNo(SECOND, "nonce 7, expected 5");
      assertThat(work(step(new StartReceived(SECOND))))
          .containsExactly(new SendVote(SECOND.id(), false, "nonce 7, expected 5"));
    }

    @Test
    void votesNoOnAnIdItHasADecisionFor() {
      voteYes(XT);
      step(decision(ID, true));
      assertThat(work(step(new StartReceived(XT))))
          .containsExactly(new SendVote(ID, false, "already committed"));
      voteYes(SECOND);
      step(new DecisionReceived(SECOND.id(), false, "chain 2 voted no", false));
      assertThat(work(step(new StartReceived(SECOND))))
          .containsExactly(new SendVote(SECOND.id(), false, "already aborted: chain 2 voted no"));
    }

    @Test
    void votesNoOnAnIdWhoseDecisionItHeardAsSubmitterOnly() {
      step(new Submitted(XT));
      step(new DecisionReceived(ID, false, "waited too long", false));
      assertThat(work(step(new StartReceived(XT))))
          .containsExactly(new SendVote(ID, false, "already aborted: waited too long"));
    }

    @Test
    void votesNoAtTheBoundOfOpenXts() {
      limit(1, Long.MAX_VALUE);
      voteYes(XT);
      List<SequencerEffect> effects = step(new StartReceived(SECOND));
      SendVote no = new SendVote(SECOND.id(), false, "chain 1 has 1 open XTs already");
      assertThat(work(effects)).containsExactly(no);
      assertThat(sequencer.openCount()).isEqualTo(1);
      assertThat(sequencer.outcome(SECOND.id()).orElseThrow().committed()).isFalse();
    }

    @Test
    void votesNoAtTheBoundOfOpenBytes() {
      limit(10, XT.encoded().size() + 1L);
      voteYes(XT);
      assertThat(work(step(new StartReceived(SECOND))))
          .containsExactly(
              new SendVote(
                  SECOND.id(),
                  false,
                  "chain 1 has " + XT.encoded().size() + " bytes of open XTs already"));
    }

    @Test
    void hasRoomAgainOnceAnXtIsDecided() {
      limit(1, XT.encoded().size());
      voteYes(XT);
      step(decision(ID, true));
      assertThat(work(step(new StartReceived(SECOND)))).containsExactly(new Stage(SECOND));
    }

    @Test
    void aNoAtTheBoundIsNeverFollowedByAYes() {
      limit(1, Long.MAX_VALUE);
      voteYes(XT);
      step(new StartReceived(SECOND));
      step(decision(ID, true));
      assertThat(work(step(new StartReceived(SECOND))))
          .containsExactly(
              new SendVote(SECOND.id(), false, "already aborted: chain 1 has 1 open XTs already"));
    }
  }

  @Nested
  class Voting {

    @Test
    void sendsAYesOnlyAfterItIsSynced() {
      step(new StartReceived(XT));
      assertThat(step(new Staged(ID, new StageResult.Ready())))
          .containsExactly(new Append(new SequencerRecord.Voted(XT, true, "", now, now)));
      assertThat(step(new Tick())).isEmpty();
      assertThat(step(new StartReceived(XT))).isEmpty();
      assertThat(step(new Synced()))
          .containsExactly(
              new SendVote(ID, true, ""),
              new Observed(new SequencerFact.VoteSent(ID, true, "", false)));
      assertThat(step(new Synced())).isEmpty();
    }

    @Test
    void doesNotSendAYesOnConnectingBeforeItIsSynced() {
      step(new StartReceived(XT));
      step(new Staged(ID, new StageResult.Ready()));
      step(new Disconnected());
      assertThat(step(new Connected())).isEmpty();
      assertThat(work(step(new Synced()))).containsExactly(new SendVote(ID, true, ""));
    }

    @Test
    void votesNoWithTheReasonOfTheExecution() {
      step(new StartReceived(XT));
      assertThat(step(new Staged(ID, new StageResult.Refused("balance 3, needed 5"))))
          .containsExactly(
              new Append(new SequencerRecord.Voted(XT, false, "balance 3, needed 5", now, now)),
              new SendVote(ID, false, "balance 3, needed 5"),
              new Observed(new SequencerFact.VoteSent(ID, false, "balance 3, needed 5", false)));
    }

    @Test
    void cutsAReasonThatDoesNotFitOnTheWire() {
      step(new StartReceived(XT));
      List<SequencerEffect> effects =
          step(new Staged(ID, new StageResult.Refused("ä".repeat(1_000))));
      assertThat(effects).contains(new SendVote(ID, false, "ä".repeat(128)));
    }

    @Test
    void votesNoWhenTheDeadlinePassesBeforeItIsStaged() {
      step(new StartReceived(XT));
      assertThat(sequencer.nextDeadlineNanos()).hasValue(START + rules.voteDeadline().toNanos());
      pass(rules.voteDeadline().minusNanos(1));
      assertThat(step(new Tick())).isEmpty();
      pass(Duration.ofNanos(1));
      assertThat(work(step(new Tick())))
          .containsExactly(new SendVote(ID, false, "no vote within 2s: staging is slow"));
    }

    @Test
    void aStagingThatEndsAtTheDeadlineIsDiscardedEvenBeforeTheTick() {
      step(new StartReceived(XT));
      pass(rules.voteDeadline());
      assertThat(work(step(new Staged(ID, new StageResult.Ready()))))
          .containsExactly(
              new SendVote(ID, false, "no vote within 2s: staging is slow"), new Discard(ID));
    }

    @Test
    void aStagingThatEndsAfterTheDecisionIsDiscarded() {
      step(new StartReceived(XT));
      step(decision(ID, false));
      assertThat(work(step(new Staged(ID, new StageResult.Ready()))))
          .containsExactly(new Discard(ID));
    }

    @Test
    void aLateRefusalLeavesNothingToDiscard() {
      step(new StartReceived(XT));
      pass(rules.voteDeadline());
      step(new Tick());
      assertThat(work(step(new Staged(ID, new StageResult.Refused("late"))))).isEmpty();
    }

    @Test
    void anAnswerToNothingChangesNothing() {
      voteYes(XT);
      assertThat(work(step(new Staged(ID, new StageResult.Ready())))).isEmpty();
      assertThat(work(step(new Staged(SECOND.id(), new StageResult.Ready())))).isEmpty();
      assertThat(sequencer.openXt(ID).orElseThrow().phase()).isEqualTo(Phase.VOTED_YES);
    }

    @Test
    void keepsItsVoteWhileThereIsNoConnection() {
      step(new StartReceived(XT));
      step(new Disconnected());
      step(new Staged(ID, new StageResult.Ready()));
      assertThat(step(new Synced())).isEmpty();
      assertThat(work(step(new Connected()))).containsExactly(new SendVote(ID, true, ""));
    }

    @Test
    void aVotedXtStaysLockedWithoutEnd() {
      voteYes(XT);
      pass(Duration.ofDays(30));
      assertThat(work(step(new Tick()))).isEmpty();
      assertThat(sequencer.openXt(ID).orElseThrow().phase()).isEqualTo(Phase.VOTED_YES);
    }
  }

  @Nested
  class Isolation {

    @Test
    void waitsForTheStagedXtThatHoldsTheSameAccounts() {
      voteYes(XT);
      step(new StartReceived(SECOND));
      assertThat(step(new Staged(SECOND.id(), new StageResult.Busy(ID)))).isEmpty();
      assertThat(sequencer.openXt(SECOND.id()).orElseThrow().phase()).isEqualTo(Phase.WAITING);
      assertThat(work(step(decision(ID, true)))).containsExactly(new Apply(ID), new Stage(SECOND));
      assertThat(step(new Staged(SECOND.id(), new StageResult.Ready())))
          .contains(new Append(new SequencerRecord.Voted(SECOND, true, "", now, now)));
    }

    @Test
    void stagesAgainAfterTheHolderWasDiscarded() {
      voteYes(XT);
      step(new StartReceived(SECOND));
      step(new Staged(SECOND.id(), new StageResult.Busy(ID)));
      assertThat(work(step(decision(ID, false))))
          .containsExactly(new Discard(ID), new Stage(SECOND));
    }

    @Test
    void votesNoWhenTheHolderIsNotDecidedInTime() {
      voteYes(XT);
      step(new StartReceived(SECOND));
      step(new Staged(SECOND.id(), new StageResult.Busy(ID)));
      pass(rules.voteDeadline());
      assertThat(work(step(new Tick())))
          .containsExactly(
              new SendVote(SECOND.id(), false, "no vote within 2s: waits for XT " + ID));
      assertThat(work(step(decision(ID, true)))).containsExactly(new Apply(ID));
    }

    @Test
    void theDeadlineRunsFromTheStartHoweverOftenItIsStaged() {
      voteYes(XT);
      step(new StartReceived(SECOND));
      step(new Staged(SECOND.id(), new StageResult.Busy(ID)));
      pass(rules.voteDeadline().minusNanos(1));
      step(decision(ID, true));
      pass(Duration.ofNanos(1));
      assertThat(work(step(new Tick()))).hasOnlyElementsOfType(SendVote.class).hasSize(1);
    }

    @Test
    void waitsForAHolderWhoseOwnAnswerIsStillOnItsWay() {
      step(new StartReceived(XT));
      step(new StartReceived(SECOND));
      assertThat(step(new Staged(SECOND.id(), new StageResult.Busy(ID)))).isEmpty();
      assertThat(work(step(new Staged(ID, new StageResult.Refused("nonce")))))
          .containsExactly(new SendVote(ID, false, "nonce"), new Stage(SECOND));
    }

    @Test
    void waitsForALateHolderUntilItIsDiscarded() {
      step(new StartReceived(XT));
      step(decision(ID, false));
      step(new StartReceived(SECOND));
      step(new Staged(SECOND.id(), new StageResult.Busy(ID)));
      assertThat(work(step(new Staged(ID, new StageResult.Ready()))))
          .containsExactly(new Discard(ID), new Stage(SECOND));
    }

    @Test
    void stagesAgainAtOnceButOnlyOnceWhenTheHolderIsGone() {
      step(new StartReceived(XT));
      assertThat(work(step(new Staged(ID, new StageResult.Busy(SECOND.id())))))
          .containsExactly(new Stage(XT));
      assertThat(work(step(new Staged(ID, new StageResult.Busy(SECOND.id())))))
          .containsExactly(
              new SendVote(
                  ID, false, "its accounts are held by XT " + SECOND.id() + ", which is not open"));
    }

    @Test
    void anXtThatWasDecidedWhileItWaitedIsNotStagedAgain() {
      voteYes(XT);
      step(new StartReceived(SECOND));
      step(new Staged(SECOND.id(), new StageResult.Busy(ID)));
      step(decision(SECOND.id(), false));
      assertThat(work(step(decision(ID, true)))).containsExactly(new Apply(ID));
    }

    @Test
    void thoseThatWaitAreStagedInTheOrderTheyCame() {
      CrossChainTransaction third = xt(5, OWN, THIRD);
      voteYes(XT);
      step(new StartReceived(SECOND));
      step(new StartReceived(third));
      step(new Staged(third.id(), new StageResult.Busy(ID)));
      step(new Staged(SECOND.id(), new StageResult.Busy(ID)));
      assertThat(work(step(decision(ID, true))))
          .containsExactly(new Apply(ID), new Stage(third), new Stage(SECOND));
    }
  }

  @Nested
  class Deciding {

    @Test
    void appliesTheCommitOfAnXtItVotedYesOn() {
      voteYes(XT);
      pass(Duration.ofMillis(5));
      SequencerOutcome outcome =
          new SequencerOutcome(
              ID,
              true,
              true,
              "",
              Optional.empty(),
              OptionalLong.empty(),
              OptionalLong.of(START),
              OptionalLong.of(START),
              now);
      assertThat(step(decision(ID, true)))
          .containsExactly(
              recorded(outcome, Optional.of(yes(Duration.ZERO))),
              new Apply(ID),
              new Observed(new SequencerFact.Finished(1, outcome)));
      assertThat(sequencer.outcome(ID)).hasValue(outcome);
      assertThat(sequencer.openCount()).isZero();
    }

    @Test
    void discardsTheAbortOfAnXtItVotedYesOn() {
      voteYes(XT);
      List<SequencerEffect> effects =
          step(new DecisionReceived(ID, false, "chain 2 voted no", false));
      assertThat(work(effects)).containsExactly(new Discard(ID));
      assertThat(effects)
          .contains(recorded(sequencer.outcome(ID).orElseThrow(), Optional.of(yes(Duration.ZERO))));
      assertThat(sequencer.outcome(ID).orElseThrow().reason()).isEqualTo("chain 2 voted no");
    }

    @Test
    void ignoresADecisionForAnUnknownId() {
      assertThat(step(decision(ID, true)))
          .containsExactly(
              new Observed(new SequencerFact.Ignored(ID, "decided, but not known here")));
      assertThat(sequencer.outcome(ID)).isEmpty();
    }

    @Test
    void ignoresARepeatedDecision() {
      voteYes(XT);
      step(decision(ID, true));
      assertThat(step(decision(ID, true)))
          .containsExactly(new Observed(new SequencerFact.Ignored(ID, "decided already")));
      assertThat(step(decision(ID, false)))
          .containsExactly(new Observed(new SequencerFact.Ignored(ID, "decided otherwise before")));
      assertThat(sequencer.outcome(ID).orElseThrow().committed()).isTrue();
    }

    @Test
    void neverAppliesACommitItDidNotVoteYesOn() {
      voteNo(XT, "nonce");
      List<SequencerEffect> effects = step(decision(ID, true));
      assertThat(work(effects)).isEmpty();
      assertThat(effects)
          .contains(
              new Observed(new SequencerFact.CommitWithoutVote(ID)),
              recorded(
                  sequencer.outcome(ID).orElseThrow(),
                  Optional.of(
                      new ChainVote(OWN, ChainVote.Answer.NO, "nonce", OptionalLong.of(0)))));
      assertThat(sequencer.outcome(ID).orElseThrow().applied()).isFalse();
    }

    @Test
    void neverAppliesACommitBeforeItsYesIsOnDiskAndSent() {
      step(new StartReceived(XT));
      step(new Staged(ID, new StageResult.Ready()));
      List<SequencerEffect> effects = step(decision(ID, true));
      assertThat(work(effects)).containsExactly(new Discard(ID));
      assertThat(effects).contains(new Observed(new SequencerFact.CommitWithoutVote(ID)));
      assertThat(step(new Synced())).isEmpty();
    }

    @Test
    void neverAppliesACommitWhileStillStaging() {
      step(new StartReceived(XT));
      List<SequencerEffect> effects = step(decision(ID, true));
      assertThat(work(effects)).isEmpty();
      assertThat(effects).contains(new Observed(new SequencerFact.CommitWithoutVote(ID)));
      assertThat(work(step(new Staged(ID, new StageResult.Ready()))))
          .containsExactly(new Discard(ID));
    }

    @Test
    void reportsACommitOfAnXtItSubmittedAndTakesPartInButNeverSawStart() {
      step(new Submitted(XT));
      assertThat(step(decision(ID, true)))
          .contains(new Observed(new SequencerFact.CommitWithoutVote(ID)));
    }

    @Test
    void reportsACommitThatFollowsItsNoAtTheBound() {
      limit(1, Long.MAX_VALUE);
      voteYes(XT);
      step(new StartReceived(SECOND));
      assertThat(step(decision(SECOND.id(), true)))
          .containsExactly(new Observed(new SequencerFact.CommitWithoutVote(SECOND.id())));
    }

    @Test
    void acceptsTheAbortAfterItsOwnNo() {
      voteNo(XT, "nonce 7, expected 5");
      assertThat(work(step(decision(ID, false)))).isEmpty();
      assertThat(sequencer.outcome(ID).orElseThrow().reason()).isEqualTo("nonce 7, expected 5");
      assertThat(sequencer.openCount()).isZero();
    }

    @Test
    void anXtVotedNoOnEndsWithoutADecisionWhenAConnectionBringsNone() {
      voteNo(XT, "nonce");
      pass(rules.inDoubtAfter().minusNanos(1));
      assertThat(step(new Tick())).isEmpty();
      pass(Duration.ofNanos(1));
      step(new Tick());
      assertThat(sequencer.openCount()).isZero();
      assertThat(sequencer.inDoubt()).isEmpty();
      assertThat(sequencer.outcome(ID).orElseThrow().reason()).isEqualTo("nonce");
    }

    @Test
    void remembersABoundedNumberOfOutcomes() {
      rules = rules.withRememberedOutcomes(1);
      restart();
      voteYes(XT);
      step(decision(ID, true));
      voteYes(SECOND);
      step(decision(SECOND.id(), true));
      assertThat(sequencer.outcome(ID)).as("not archived yet").isPresent();
      step(new SequencerInput.Archived(2));
      assertThat(sequencer.outcome(ID)).isEmpty();
      assertThat(sequencer.outcome(SECOND.id())).isPresent();
    }
  }

  @Nested
  class Connections {

    @Test
    void repeatsItsVotesAfterEachReconnectInTheOrderOfTheirStart() {
      voteYes(XT);
      voteNo(SECOND, "nonce");
      for (int i = 0; i < 2; i++) {
        step(new Disconnected());
        assertThat(work(step(new Connected())))
            .containsExactly(new SendVote(ID, true, ""), new SendVote(SECOND.id(), false, "nonce"));
      }
      step(decision(ID, true));
      step(decision(SECOND.id(), false));
      step(new Disconnected());
      assertThat(work(step(new Connected()))).isEmpty();
    }

    @Test
    void repeatsThemOnAConnectionThatReplacedAnother() {
      voteYes(XT);
      assertThat(work(step(new Connected()))).containsExactly(new SendVote(ID, true, ""));
    }

    @Test
    void sendsNothingWhileThereIsNoConnection() {
      voteYes(XT);
      step(new Disconnected());
      assertThat(work(step(new StartReceived(XT)))).isEmpty();
      assertThat(work(step(new Submitted(FOREIGN)))).isEmpty();
    }

    @Test
    void anXtWhoseDecisionDoesNotComeIsInDoubtAndStaysLocked() {
      voteYes(XT);
      pass(rules.inDoubtAfter());
      assertThat(step(new Tick())).containsExactly(new Observed(new SequencerFact.XtInDoubt(ID)));
      assertThat(sequencer.inDoubt()).containsExactly(ID);
      assertThat(sequencer.openXt(ID).orElseThrow().inDoubt()).isTrue();
      assertThat(step(new Tick())).isEmpty();
    }

    @Test
    void onlyTimeOfOneConnectionCountsTowardDoubt() {
      voteYes(XT);
      pass(rules.inDoubtAfter().minusNanos(1));
      step(new Disconnected());
      pass(Duration.ofDays(1));
      assertThat(step(new Tick())).isEmpty();
      step(new Connected());
      pass(rules.inDoubtAfter().minusNanos(1));
      assertThat(step(new Tick())).isEmpty();
      pass(Duration.ofNanos(1));
      assertThat(step(new Tick())).hasSize(1);
    }

    @Test
    void aConnectionThatReplacedAnotherGetsTheWholeTimeToo() {
      voteYes(XT);
      pass(rules.inDoubtAfter().minusNanos(1));
      step(new Connected());
      pass(Duration.ofNanos(1));
      assertThat(step(new Tick())).isEmpty();
      assertThat(sequencer.nextDeadlineNanos()).hasValue(now - 1 + rules.inDoubtAfter().toNanos());
    }

    @Test
    void repeatedStartsDoNotPutOffTheDoubt() {
      voteYes(XT);
      pass(rules.inDoubtAfter().minusNanos(1));
      step(new StartReceived(XT));
      pass(Duration.ofNanos(1));
      assertThat(step(new Tick())).containsExactly(new Observed(new SequencerFact.XtInDoubt(ID)));
    }

    @Test
    void aDecisionThatComesInTheEndEndsTheDoubt() {
      voteYes(XT);
      pass(rules.inDoubtAfter());
      step(new Tick());
      step(new Disconnected());
      assertThat(work(step(new Connected()))).containsExactly(new SendVote(ID, true, ""));
      assertThat(work(step(decision(ID, true)))).containsExactly(new Apply(ID));
      assertThat(sequencer.inDoubt()).isEmpty();
    }

    @Test
    void aDecisionThatComesWithTheLastMomentLeavesNoDoubt() {
      voteYes(XT);
      pass(rules.inDoubtAfter());
      assertThat(step(decision(ID, true)))
          .doesNotContain(new Observed(new SequencerFact.XtInDoubt(ID)));
    }
  }

  @Nested
  class Submitting {

    @Test
    void sendsAnAcceptedSubmissionAfterItIsWritten() {
      assertThat(step(new Submitted(FOREIGN)))
          .containsExactly(
              new Append(new SequencerRecord.Submitted(FOREIGN, START)),
              new SendSubmission(FOREIGN),
              new Observed(new SequencerFact.SubmissionAccepted(FOREIGN, START)));
      assertThat(sequencer.submission(FOREIGN.id()))
          .hasValue(new PendingSubmission(FOREIGN, START, false));
    }

    @Test
    void acceptsASubmissionWithoutAConnectionAndSendsItOnTheNext() {
      step(new Disconnected());
      step(new Submitted(FOREIGN));
      assertThat(work(step(new Connected()))).containsExactly(new SendSubmission(FOREIGN));
    }

    @Test
    void repeatsASubmissionAfterEachReconnectUntilItHasItsOutcome() {
      step(new Submitted(FOREIGN));
      step(new Disconnected());
      assertThat(work(step(new Connected()))).containsExactly(new SendSubmission(FOREIGN));
      step(decision(FOREIGN.id(), true));
      step(new Disconnected());
      assertThat(work(step(new Connected()))).isEmpty();
    }

    @Test
    void followsTheDecisionOfAnXtItOnlySubmitted() {
      step(new Submitted(FOREIGN));
      step(new StartReceived(FOREIGN));
      List<SequencerEffect> effects = step(decision(FOREIGN.id(), true));
      assertThat(work(effects)).isEmpty();
      SequencerOutcome outcome = sequencer.outcome(FOREIGN.id()).orElseThrow();
      assertThat(effects)
          .containsExactly(
              new Append(
                  new SequencerRecord.Decided(1, outcome, FOREIGN.chains(), Optional.empty())),
              new Observed(new SequencerFact.Finished(1, outcome)));
      assertThat(outcome.committed()).isTrue();
      assertThat(outcome.applied()).isFalse();
      assertThat(outcome.submittedAt()).hasValue(START);
      assertThat(outcome.startedAt()).isEmpty();
    }

    @Test
    void theDecisionOfAnOwnXtEndsItsSubmissionToo() {
      step(new Submitted(XT));
      voteYes(XT);
      step(decision(ID, true));
      assertThat(sequencer.submissionCount()).isZero();
      assertThat(sequencer.outcome(ID).orElseThrow().submittedAt()).hasValue(START);
    }

    @Test
    void answersFromMemoryWhatHasAnOutcome() {
      step(new Submitted(FOREIGN));
      step(decision(FOREIGN.id(), true));
      assertThat(step(new Submitted(FOREIGN)))
          .containsExactly(
              new Observed(
                  new SequencerFact.SubmissionAnswered(
                      sequencer.outcome(FOREIGN.id()).orElseThrow())));
    }

    @Test
    void joinsASubmissionThatIsPending() {
      step(new Submitted(FOREIGN));
      assertThat(step(new Submitted(FOREIGN)))
          .containsExactly(new Observed(new SequencerFact.SubmissionJoined(FOREIGN.id())));
      assertThat(sequencer.submissionCount()).isEqualTo(1);
    }

    @Test
    void joinsAnXtThatIsOpenBecauseOfAnother() {
      voteYes(XT);
      assertThat(step(new Submitted(XT)))
          .containsExactly(new Observed(new SequencerFact.SubmissionJoined(ID)));
    }

    @Test
    void aRefusalEndsOnlyTheOwnSubmissionNeverAStagedXt() {
      step(new Submitted(XT));
      voteYes(XT);
      assertThat(step(new DecisionReceived(ID, false, "queue full", true)))
          .containsExactly(
              new Append(new SequencerRecord.SubmissionRefused(ID, "queue full", now)),
              new Observed(new SequencerFact.SubmissionRefused(ID, true, "queue full")));
      assertThat(sequencer.openXt(ID).orElseThrow().phase()).isEqualTo(Phase.VOTED_YES);
      assertThat(work(step(decision(ID, true)))).containsExactly(new Apply(ID));
    }

    @Test
    void aRefusedXtMayBeSubmittedAndStartedAgain() {
      step(new Submitted(XT));
      step(new DecisionReceived(ID, false, "queue full", true));
      assertThat(work(step(new Submitted(XT)))).containsExactly(new SendSubmission(XT));
      assertThat(work(step(new StartReceived(XT)))).containsExactly(new Stage(XT));
    }

    @Test
    void aRefusalOfWhatItDidNotSubmitChangesNothing() {
      voteYes(XT);
      assertThat(step(new DecisionReceived(ID, false, "queue full", true)))
          .containsExactly(
              new Observed(new SequencerFact.Ignored(ID, "refused, but not submitted here")));
    }

    @Test
    void aSubmissionIsRepeatedForFiveMinutesAndIsThenInDoubt() {
      step(new Submitted(FOREIGN));
      pass(rules.submissionRepeat().minusNanos(1));
      assertThat(work(step(new Connected()))).containsExactly(new SendSubmission(FOREIGN));
      pass(Duration.ofNanos(1));
      assertThat(step(new Connected()))
          .containsExactly(new Observed(new SequencerFact.SubmissionInDoubt(FOREIGN.id())));
      assertThat(sequencer.submission(FOREIGN.id()).orElseThrow().inDoubt()).isTrue();
      assertThat(sequencer.outcome(FOREIGN.id())).isEmpty();
    }

    @Test
    void anOutcomeEndsTheDoubtOfASubmission() {
      step(new Submitted(FOREIGN));
      pass(rules.submissionRepeat());
      step(new Tick());
      step(decision(FOREIGN.id(), true));
      assertThat(sequencer.submissionCount()).isZero();
      assertThat(sequencer.outcome(FOREIGN.id()).orElseThrow().committed()).isTrue();
    }

    @Test
    void aSubmissionInDoubtIsSentAgainWhenItsUserAsksAgain() {
      step(new Submitted(FOREIGN));
      pass(rules.submissionRepeat());
      step(new Tick());
      assertThat(step(new Submitted(FOREIGN)))
          .containsExactly(
              new SendSubmission(FOREIGN),
              new Observed(new SequencerFact.SubmissionJoined(FOREIGN.id())));
      assertThat(sequencer.submission(FOREIGN.id()).orElseThrow().inDoubt()).isFalse();
    }

    @Test
    void refusesToTheCallerAtTheBoundOfSubmissions() {
      limitSubmissions(1, Long.MAX_VALUE);
      step(new Submitted(FOREIGN));
      assertThat(step(new Submitted(XT)))
          .containsExactly(
              new Observed(
                  new SequencerFact.SubmissionRefused(
                      ID, false, "too many submissions wait for their outcome: 1")));
    }

    @Test
    void refusesToTheCallerAtTheBoundOfSubmittedBytes() {
      limitSubmissions(10, FOREIGN.encoded().size() + 1L);
      step(new Submitted(FOREIGN));
      assertThat(work(step(new Submitted(XT)))).isEmpty();
      step(decision(FOREIGN.id(), true));
      assertThat(work(step(new Submitted(XT)))).containsExactly(new SendSubmission(XT));
    }

    @Test
    void forgetsTheOldestSubmissionInDoubtToMakeRoom() {
      limitSubmissions(1, Long.MAX_VALUE);
      step(new Submitted(FOREIGN));
      pass(rules.submissionRepeat());
      step(new Tick());
      assertThat(work(step(new Submitted(XT)))).containsExactly(new SendSubmission(XT));
      assertThat(sequencer.submission(FOREIGN.id())).isEmpty();
    }
  }

  @Nested
  class Time {

    @Test
    void nothingIsDueWhenNothingIsOpen() {
      assertThat(sequencer.nextDeadlineNanos()).isEmpty();
      step(new Submitted(XT));
      voteYes(XT);
      voteNo(SECOND, "nonce");
      assertThat(sequencer.nextDeadlineNanos()).isPresent();
      step(decision(ID, true));
      step(decision(SECOND.id(), false));
      assertThat(sequencer.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void anEarlierTimeCountsAsTheLastOne() {
      pass(Duration.ofSeconds(10));
      step(new Tick());
      now = START;
      step(new StartReceived(XT));
      assertThat(sequencer.nextDeadlineNanos())
          .hasValue(START + Duration.ofSeconds(10).plus(rules.voteDeadline()).toNanos());
    }

    @Test
    void refusesRulesWithoutMeaning() {
      assertThatThrownBy(() -> rules.withVoteDeadline(Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("voteDeadline is PT0S, expected more than zero");
    }
  }

  @Nested
  class Recovering {

    private final List<SequencerRecord> journal = new ArrayList<>();

    @Test
    void aYesIsRepeatedAndLockedUntilItsDecision() {
      keep(step(new StartReceived(XT)));
      keep(step(new Staged(ID, new StageResult.Ready())));

      var _ = crash();

      assertThat(sequencer.openXt(ID).orElseThrow().phase()).isEqualTo(Phase.VOTED_YES);
      assertThat(work(step(new Connected()))).containsExactly(new SendVote(ID, true, ""));
      assertThat(work(step(decision(ID, true)))).containsExactly(new Apply(ID));
    }

    @Test
    void whatIsRestoredIsTold() {
      keep(step(new Submitted(FOREIGN)));
      keep(step(new StartReceived(XT)));
      keep(step(new Staged(ID, new StageResult.Ready())));

      assertThat(crash())
          .containsExactly(
              new Observed(
                  new SequencerFact.Restored(
                      FOREIGN, new SequencerRecord.Submitted(FOREIGN, START))),
              new Observed(
                  new SequencerFact.Restored(
                      XT, new SequencerRecord.Voted(XT, true, "", START, START))));
    }

    @Test
    void numbersGoOnBehindWhatWasTrimmed() {
      sequencer = new ScpSequencer(rules);
      step(new SequencerInput.Recovered(41));
      step(new Connected());
      voteYes(XT);
      step(decision(ID, true));

      assertThat(sequencer.decisions()).isEqualTo(42);
    }

    @Test
    void aNoStaysANo() {
      keep(step(new StartReceived(XT)));
      keep(step(new Staged(ID, new StageResult.Refused("nonce"))));

      var _ = crash();

      assertThat(work(step(new Connected()))).containsExactly(new SendVote(ID, false, "nonce"));
      assertThat(work(step(new StartReceived(XT))))
          .containsExactly(new SendVote(ID, false, "nonce"));
    }

    @Test
    void whatHadNoVoteIsStagedAnewWhenItIsStartedAgain() {
      keep(step(new StartReceived(XT)));

      var _ = crash();
      step(new Connected());

      assertThat(work(step(new StartReceived(XT)))).containsExactly(new Stage(XT));
    }

    @Test
    void aSubmissionIsRepeatedForItsWholeTimeAgain() {
      keep(step(new Submitted(FOREIGN)));
      pass(rules.submissionRepeat());

      var _ = crash();

      assertThat(work(step(new Connected()))).containsExactly(new SendSubmission(FOREIGN));
      pass(rules.submissionRepeat().minusNanos(1));
      assertThat(step(new Tick())).isEmpty();
      pass(Duration.ofNanos(1));
      assertThat(step(new Tick()))
          .containsExactly(new Observed(new SequencerFact.SubmissionInDoubt(FOREIGN.id())));
    }

    @Test
    void aRefusedSubmissionIsNotRepeated() {
      keep(step(new Submitted(FOREIGN)));
      keep(step(new DecisionReceived(FOREIGN.id(), false, "the queue is full", true)));

      var _ = crash();

      assertThat(step(new Connected())).isEmpty();
      assertThat(sequencer.knows(FOREIGN.id())).isFalse();
    }

    @Test
    void anOutcomeStandsAndNumbersGoOn() {
      keep(step(new StartReceived(XT)));
      keep(step(new Staged(ID, new StageResult.Ready())));
      keep(step(new Synced()));
      keep(step(decision(ID, true)));

      var _ = crash();
      step(new Connected());

      assertThat(work(step(new StartReceived(XT))))
          .containsExactly(new SendVote(ID, false, "already committed"));
      assertThat(step(decision(ID, true)))
          .containsExactly(new Observed(new SequencerFact.Ignored(ID, "decided already")));
      assertThat(sequencer.decisions()).isEqualTo(1);
      voteYes(SECOND);
      step(decision(SECOND.id(), true));
      assertThat(sequencer.decisions()).isEqualTo(2);
    }

    @Test
    void doubtBeginsAgainWithTheNextConnection() {
      keep(step(new StartReceived(XT)));
      keep(step(new Staged(ID, new StageResult.Ready())));
      keep(step(new Synced()));
      pass(rules.inDoubtAfter());
      keep(step(new Tick()));
      assertThat(sequencer.inDoubt()).containsExactly(ID);

      var _ = crash();
      step(new Connected());
      assertThat(sequencer.inDoubt()).isEmpty();
      pass(rules.inDoubtAfter());
      step(new Tick());

      assertThat(sequencer.inDoubt()).containsExactly(ID);
    }

    @Test
    void anOutcomeFromTheArchiveStandsLikeOneInMemory() {
      SequencerOutcome archived =
          new SequencerOutcome(
              ID,
              true,
              true,
              "",
              Optional.empty(),
              OptionalLong.empty(),
              OptionalLong.of(START),
              OptionalLong.of(START),
              START);
      assertThat(sequencer.knows(ID)).isFalse();

      step(new SequencerInput.Recalled(archived));

      assertThat(sequencer.knows(ID)).isTrue();
      assertThat(work(step(new StartReceived(XT))))
          .containsExactly(new SendVote(ID, false, "already committed"));
      assertThat(step(new Submitted(XT)))
          .containsExactly(new Observed(new SequencerFact.SubmissionAnswered(archived)));
    }

    private void keep(List<SequencerEffect> effects) {
      for (SequencerEffect effect : effects) {
        if (effect instanceof Append append) {
          journal.add(append.record());
        }
      }
    }

    /** A new machine that knows what was made durable, and is not connected. */
    private List<SequencerEffect> crash() {
      sequencer = new ScpSequencer(rules);
      for (SequencerRecord record : journal) {
        assertThat(step(new SequencerInput.Replayed(record))).isEmpty();
      }
      List<SequencerEffect> effects = step(new SequencerInput.Recovered(0));
      assertThat(work(effects)).isEmpty();
      return effects;
    }
  }

  @Nested
  class ResolvingByHand {

    @Test
    void anOperatorCommitsWhatIsInDoubt() {
      doubt();
      List<SequencerEffect> effects = step(new SequencerInput.Resolved(ID, true, "ann"));

      assertThat(work(effects)).containsExactly(new Apply(ID));
      SequencerOutcome outcome = sequencer.outcome(ID).orElseThrow();
      assertThat(outcome.committed()).isTrue();
      assertThat(outcome.applied()).isTrue();
      assertThat(outcome.operator()).hasValue("ann");
      assertThat(effects)
          .contains(
              new Observed(new SequencerFact.Resolved(ID, true, "ann")),
              recorded(outcome, Optional.of(yes(Duration.ZERO))));
      assertThat(sequencer.inDoubt()).isEmpty();
    }

    @Test
    void anOperatorAbortsWhatIsInDoubt() {
      doubt();
      assertThat(work(step(new SequencerInput.Resolved(ID, false, "ann"))))
          .containsExactly(new Discard(ID));
      assertThat(sequencer.outcome(ID).orElseThrow().reason()).isEqualTo("resolved by ann");
    }

    @Test
    void aDecisionThatSaysOtherwiseIsReportedAndChangesNothing() {
      doubt();
      step(new SequencerInput.Resolved(ID, true, "ann"));

      assertThat(step(decision(ID, false)))
          .containsExactly(new Observed(new SequencerFact.DecidedOtherwise(ID, true)));
      assertThat(step(decision(ID, true)))
          .containsExactly(new Observed(new SequencerFact.Ignored(ID, "decided already")));
    }

    @Test
    void whatIsNotInDoubtIsLeftAlone() {
      voteYes(XT);
      assertThat(step(new SequencerInput.Resolved(ID, true, "ann")))
          .containsExactly(
              new Observed(
                  new SequencerFact.Ignored(
                      ID, "it is not in doubt: its decision is still awaited")));
      assertThat(step(new SequencerInput.Resolved(SECOND.id(), true, "ann")))
          .containsExactly(new Observed(new SequencerFact.Ignored(SECOND.id(), "not known here")));
      step(decision(ID, true));
      assertThat(step(new SequencerInput.Resolved(ID, false, "ann")))
          .containsExactly(
              new Observed(new SequencerFact.Ignored(ID, "it has its outcome already")));
    }

    private void doubt() {
      voteYes(XT);
      pass(rules.inDoubtAfter());
      step(new Tick());
      assertThat(sequencer.inDoubt()).containsExactly(ID);
    }
  }

  // ---- helpers

  private static Append recorded(SequencerOutcome outcome, Optional<ChainVote> vote) {
    return new Append(new SequencerRecord.Decided(1, outcome, XT.chains(), vote));
  }

  private static ChainVote yes(Duration after) {
    return new ChainVote(OWN, ChainVote.Answer.YES, "", OptionalLong.of(after.toNanos()));
  }

  private List<SequencerEffect> step(SequencerInput input) {
    return sequencer.step(input, now);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void voteYes(CrossChainTransaction xt) {
    step(new StartReceived(xt));
    step(new Staged(xt.id(), new StageResult.Ready()));
    step(new Synced());
  }

  private void voteNo(CrossChainTransaction xt, String reason) {
    step(new StartReceived(xt));
    step(new Staged(xt.id(), new StageResult.Refused(reason)));
  }

  private void limit(int maxOpenXts, long maxOpenBytes) {
    rules =
        new SequencerRules(
            OWN,
            rules.voteDeadline(),
            rules.inDoubtAfter(),
            rules.submissionRepeat(),
            maxOpenXts,
            maxOpenBytes,
            rules.maxSubmissions(),
            rules.maxSubmissionBytes(),
            rules.rememberedOutcomes());
    restart();
  }

  private void limitSubmissions(int maxSubmissions, long maxSubmissionBytes) {
    rules =
        new SequencerRules(
            OWN,
            rules.voteDeadline(),
            rules.inDoubtAfter(),
            rules.submissionRepeat(),
            rules.maxOpenXts(),
            rules.maxOpenBytes(),
            maxSubmissions,
            maxSubmissionBytes,
            rules.rememberedOutcomes());
    restart();
  }

  private void restart() {
    sequencer = new ScpSequencer(rules);
    connect();
  }

  private static DecisionReceived decision(XtId id, boolean commit) {
    return new DecisionReceived(id, commit, "", false);
  }

  /** The effects without what is only written down or told. */
  private static List<SequencerEffect> work(List<SequencerEffect> effects) {
    List<SequencerEffect> work = new ArrayList<>(effects);
    work.removeIf(effect -> effect instanceof Append || effect instanceof Observed);
    return work;
  }

  private static CrossChainTransaction xt(int number, ChainId... chains) {
    XTRequest.Builder request = XTRequest.newBuilder();
    for (ChainId chain : chains) {
      request.addTransactions(
          TransactionRequest.newBuilder()
              .setChainId(chain.bytes())
              .addTransaction(ByteString.copyFromUtf8("transaction " + number)));
    }
    return CrossChainTransaction.of(request.build());
  }
}
