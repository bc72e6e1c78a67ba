package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.C;
import static io.rollcall.scp.PublisherHarness.abort;
import static io.rollcall.scp.PublisherHarness.commit;
import static io.rollcall.scp.PublisherHarness.facts;
import static io.rollcall.scp.PublisherHarness.start;
import static io.rollcall.scp.PublisherHarness.submitter;
import static io.rollcall.scp.PublisherHarness.unbound;
import static io.rollcall.scp.PublisherHarness.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.PublisherFact.VoteIgnored.Cause;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Protocol 6.4 to 6.6, the leader's side, and what the design changes in them. */
class ScpPublisherVotingTests {

  private final PublisherHarness publisher = PublisherHarness.connected();
  private final CrossChainTransaction xt = xt("x", A, B);

  @Test
  void startIsLoggedBeforeTheRequestIsRelayedToItsChainsAlone() {
    List<PublisherEffect> effects = publisher.stepUnsynced(new PublisherInput.Submitted("s", xt));

    assertThat(effects)
        .containsExactly(
            new PublisherEffect.Observed(new PublisherFact.Queued("s", "s", xt, publisher.now())),
            new PublisherEffect.Append(
                new LogRecord.Started(xt, "s", publisher.now(), publisher.now())),
            new PublisherEffect.Send(List.of("a", "b"), start(xt)));
    assertThat(publisher.machine.open()).containsExactly(xt.id());
    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void commitsWhenTheLastChainVotesYes() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);
    assertThat(publisher.decisions(xt)).isEmpty();
    publisher.clearInboxes();

    publisher.yes("b", B, xt);

    assertThat(publisher.decisions(xt))
        .singleElement()
        .extracting(LogRecord.Decided::outcome)
        .isEqualTo(XtOutcome.COMMITTED);
    for (String hearer : List.of("a", "b", "s")) {
      assertThat(publisher.inbox(hearer)).containsExactly(commit(xt));
    }
    assertThat(publisher.inbox("c")).isEmpty();
    assertThat(publisher.machine.open()).isEmpty();
  }

  @Test
  void decisionIsLoggedBeforeItIsSent() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);

    assertThat(
            publisher.stepUnsynced(new PublisherInput.Voted("b", B, xt.id(), true, "")).stream()
                .map(Object::getClass)
                .map(Class::getSimpleName))
        .containsExactly("Observed", "Append", "Send", "Observed");
  }

  @Test
  void singleChainDecidesAlone() {
    CrossChainTransaction alone = xt("alone", A);
    publisher.submit("s", alone);

    publisher.yes("a", A, alone);

    assertThat(publisher.inbox("s")).containsExactly(commit(alone));
  }

  @Test
  void firstNoAbortsAtOnceAndNamesChainAndReason() {
    publisher.submit("s", xt);

    publisher.no("b", B, xt, "insufficient balance");

    assertThat(publisher.inbox("s"))
        .containsExactly(abort(xt, "chain 2 voted no: insufficient balance"));
    assertThat(publisher.decisions(xt)).hasSize(1);
  }

  @Test
  void noWithoutReasonIsStillNamed() {
    publisher.submit("s", xt);

    publisher.no("b", B, xt, "");

    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 2 voted no"));
  }

  @Test
  void noAfterAYesAborts() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);

    publisher.no("b", B, xt, "");

    assertThat(publisher.decisions(xt))
        .singleElement()
        .extracting(LogRecord.Decided::outcome)
        .isEqualTo(XtOutcome.ABORTED);
  }

  @Test
  void voteAfterTheDecisionIsAnsweredWithTheOneThatStands() {
    publisher.submit("s", xt);
    publisher.no("a", A, xt, "");
    publisher.clearInboxes();

    List<PublisherEffect> effects = publisher.yes("b", B, xt);

    assertThat(publisher.inbox("b")).containsExactly(abort(xt, "chain 1 voted no"));
    assertThat(publisher.inbox("a")).isEmpty();
    assertThat(facts(effects))
        .containsExactly(new PublisherFact.VoteIgnored("b", xt.id(), B, Cause.ALREADY_DECIDED));
    assertThat(publisher.decisions(xt)).hasSize(1);
  }

  @Test
  void firstVoteOfAChainStands() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);

    List<PublisherEffect> effects = publisher.no("a", A, xt, "changed my mind");

    assertThat(facts(effects))
        .containsExactly(new PublisherFact.VoteIgnored("a", xt.id(), A, Cause.ALREADY_VOTED));
    assertThat(publisher.decisions(xt)).isEmpty();
    publisher.yes("b", B, xt);
    assertThat(publisher.inbox("s")).containsExactly(commit(xt));
  }

  @Test
  void repeatedYesIsNotAVoteOfTheOtherChain() {
    publisher.submit("s", xt);

    publisher.yes("a", A, xt);
    publisher.yes("a", A, xt);

    assertThat(publisher.decisions(xt)).isEmpty();
  }

  @Test
  void voteOfAChainThatDoesNotTakePartIsIgnored() {
    publisher.submit("s", xt);

    List<PublisherEffect> effects = publisher.no("c", C, xt, "");

    assertThat(facts(effects))
        .containsExactly(new PublisherFact.VoteIgnored("c", xt.id(), C, Cause.NOT_A_PARTICIPANT));
    assertThat(publisher.decisions(xt)).isEmpty();
  }

  @Test
  void voteOnAnUnknownIdIsCountedAndNotAnswered() {
    List<PublisherEffect> effects = publisher.yes("a", A, xt);

    assertThat(effects)
        .containsExactly(
            new PublisherEffect.Observed(
                new PublisherFact.VoteIgnored("a", xt.id(), A, Cause.UNKNOWN_XT)));
  }

  @Test
  void votesCountOnlyAfterTheStartWasAnnounced() {
    publisher.stepUnsynced(new PublisherInput.Submitted("s", xt));

    assertThat(facts(publisher.yes("a", A, xt)))
        .containsExactly(new PublisherFact.VoteIgnored("a", xt.id(), A, Cause.NOT_ANNOUNCED));
    assertThat(facts(publisher.step(new PublisherInput.Synced())))
        .containsExactly(new PublisherFact.VotingStarted(xt, publisher.now()));
    publisher.yes("b", B, xt);
    assertThat(publisher.decisions(xt)).isEmpty();
    publisher.yes("a", A, xt);
    assertThat(publisher.decisions(xt)).hasSize(1);
  }

  @Test
  void voteOnAQueuedXtDoesNotCount() {
    publisher.submit("s", xt);
    CrossChainTransaction waiting = xt("waiting", A);
    publisher.submit("s", waiting);

    assertThat(facts(publisher.yes("a", A, waiting)))
        .containsExactly(new PublisherFact.VoteIgnored("a", waiting.id(), A, Cause.NOT_ANNOUNCED));
  }

  @Test
  void countedVotesTellTheirLatencySinceTheAnnouncement() {
    publisher.submit("s", xt);
    publisher.pass(Duration.ofMillis(40));

    assertThat(facts(publisher.no("a", A, xt, "busy")))
        .contains(
            new PublisherFact.VoteCounted(
                xt.id(), A, false, "busy", Duration.ofMillis(40).toNanos()));
  }

  @Test
  void voteForAnotherChainIsAnIdentityMismatchAndNothingElse() {
    publisher.submit("s", xt);

    assertThat(publisher.yes("c", A, xt))
        .containsExactly(new PublisherEffect.Observed(new PublisherFact.IdentityMismatch("c", A)));
    assertThat(publisher.yes("s", A, xt))
        .containsExactly(new PublisherEffect.Observed(new PublisherFact.IdentityMismatch("s", A)));
  }

  @Test
  void unboundIdentityVotesOnlyForChainsNobodyIsBoundTo() {
    ChainId free = ChainId.of(99);
    CrossChainTransaction both = xt("both", A, free);
    publisher.open(unbound("u"));
    publisher.submit("s", both);

    assertThat(facts(publisher.yes("u", A, both)))
        .containsExactly(new PublisherFact.IdentityMismatch("u", A));
    publisher.yes("u", free, both);
    publisher.yes("a", A, both);

    assertThat(publisher.inbox("u")).containsExactly(start(both), commit(both));
  }

  @Test
  void withAuthenticationOffAnybodyVotesForAnyChain() {
    PublisherHarness off = new PublisherHarness(PublisherHarness.OPEN);
    off.open(unbound("u"));
    off.open(unbound("v"));
    off.submit("u", xt);

    off.yes("v", A, xt);
    off.yes("v", B, xt);

    assertThat(off.inbox("u")).containsExactly(start(xt), commit(xt));
    assertThat(off.inbox("v")).containsExactly(start(xt), commit(xt));
  }

  @Test
  void missingVotesAbortAtTheTimeout() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);

    publisher.tickAfter(Duration.ofSeconds(3).minusNanos(1));
    assertThat(publisher.decisions(xt)).isEmpty();
    List<PublisherEffect> effects = publisher.tickAfter(Duration.ofNanos(1));

    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 2 did not vote within 3s"));
    assertThat(facts(effects))
        .singleElement()
        .isInstanceOfSatisfying(
            PublisherFact.Finished.class,
            finished -> {
              assertThat(finished.timedOut()).isTrue();
              assertThat(finished.silentChains()).containsExactly(B);
            });
    publisher.tickAfter(Duration.ofSeconds(3));
    assertThat(publisher.decisions(xt)).hasSize(1);
  }

  @Test
  void everySilentChainIsNamed() {
    PublisherHarness quick =
        PublisherHarness.connected(PublisherHarness.BOUND.withVoteTimeout(Duration.ofMillis(1500)));
    quick.submit("s", xt);

    quick.tickAfter(Duration.ofMillis(1500));

    assertThat(quick.inbox("s"))
        .containsExactly(abort(xt, "chains 1, 2 did not vote within 1500ms"));
  }

  @Test
  void timeoutRunsFromTheAnnouncementNotFromTheStart() {
    publisher.stepUnsynced(new PublisherInput.Submitted("s", xt));
    assertThat(publisher.machine.nextDeadlineNanos()).isEmpty();
    publisher.tickAfter(Duration.ofMinutes(1));
    assertThat(publisher.decisions(xt)).isEmpty();

    publisher.step(new PublisherInput.Synced());

    assertThat(publisher.machine.nextDeadlineNanos())
        .isEqualTo(OptionalLong.of(publisher.now() + Duration.ofSeconds(3).toNanos()));
    publisher.tickAfter(Duration.ofSeconds(3));
    assertThat(publisher.decisions(xt)).hasSize(1);
  }

  @Test
  void voteThatIsThereBeforeTheTickCounts() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);
    publisher.pass(Duration.ofSeconds(4));

    publisher.yes("b", B, xt);
    publisher.tickAfter(Duration.ZERO);

    assertThat(publisher.inbox("s")).containsExactly(commit(xt));
  }

  @Test
  void decisionKeepsVotesReasonsAndTimes() {
    long queued = publisher.now();
    publisher.submit("s", xt);
    publisher.pass(Duration.ofMillis(5));
    publisher.yes("a", A, xt);
    publisher.no("b", B, xt, "busy");

    assertThat(publisher.decisions(xt))
        .containsExactly(
            new LogRecord.Decided(
                1,
                xt.id(),
                XtOutcome.ABORTED,
                "chain 2 voted no: busy",
                "s",
                List.of(
                    new ChainVote(A, ChainVote.Answer.YES, "", OptionalLong.of(5_000_000)),
                    new ChainVote(B, ChainVote.Answer.NO, "busy", OptionalLong.of(5_000_000))),
                queued,
                OptionalLong.of(queued),
                publisher.now()));
  }

  @Test
  void reasonIsOneLineOfAtMost256BytesCutBetweenCharacters() {
    publisher.submit("s", xt);

    publisher.no("a", A, xt, "line\nbreak " + "é".repeat(200));

    assertThat(publisher.inbox("s"))
        .singleElement()
        .isInstanceOfSatisfying(
            PublisherMessage.Decision.class,
            decision -> {
              assertThat(decision.reason()).startsWith("chain 1 voted no: line break éé");
              assertThat(decision.reason()).endsWith("é");
              assertThat(decision.reason().getBytes(StandardCharsets.UTF_8).length)
                  .isBetween(255, 256);
            });
  }

  @Test
  void decisionGoesToEachConnectionOnceAlsoWhenItSubmittedAndVotes() {
    publisher.open(PublisherHarness.bound("ab", A, B));
    publisher.submit("ab", xt);
    publisher.yes("ab", A, xt);
    publisher.yes("ab", B, xt);

    assertThat(publisher.inbox("ab")).containsExactly(start(xt), commit(xt));
  }

  @Test
  void submitterThatMayNotVoteHearsOfItsOwnXtsOnly() {
    publisher.open(submitter("t"));
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);
    publisher.yes("b", B, xt);

    assertThat(publisher.inbox("s")).containsExactly(commit(xt));
    assertThat(publisher.inbox("t")).isEmpty();
  }

  @Test
  void inputsOfAConnectionThatIsNotOpenChangeNothing() {
    assertThat(publisher.submit("nobody", xt)).isEmpty();
    assertThat(publisher.yes("nobody", A, xt)).isEmpty();
    assertThat(publisher.close("nobody")).isEmpty();
    assertThat(publisher.step(new PublisherInput.Malformed("nobody", xt.id(), "bad"))).isEmpty();
  }

  @Test
  void timeThatRunsBackwardsCountsAsStandingStill() {
    publisher.submit("s", xt);
    publisher.tickAfter(Duration.ofSeconds(2));

    publisher.tickAfter(Duration.ofSeconds(-10));

    assertThat(publisher.decisions(xt)).isEmpty();
  }
}
