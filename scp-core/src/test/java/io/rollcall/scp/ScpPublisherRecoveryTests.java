package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.C;
import static io.rollcall.scp.PublisherHarness.abort;
import static io.rollcall.scp.PublisherHarness.bound;
import static io.rollcall.scp.PublisherHarness.commit;
import static io.rollcall.scp.PublisherHarness.facts;
import static io.rollcall.scp.PublisherHarness.submitter;
import static io.rollcall.scp.PublisherHarness.unbound;
import static io.rollcall.scp.PublisherHarness.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.CrossChainTransaction;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ScpPublisherRecoveryTests {

  private static final String RESTARTED = "the publisher restarted before it was decided";

  private final CrossChainTransaction xt = xt("one", A, B);
  private final PublisherHarness before = PublisherHarness.connected();

  @Test
  void whatWasOpenIsAbortedBeforeAnybodyConnects() {
    before.submit("s", xt);
    before.yes("a", A, xt);

    PublisherHarness after = restart(PublisherHarness.BOUND);

    assertThat(after.decisions(xt))
        .containsExactly(
            new LogRecord.Decided(
                1,
                xt.id(),
                XtOutcome.ABORTED,
                RESTARTED,
                "s",
                List.of(PublisherXt.noVote(A), PublisherXt.noVote(B)),
                before.now(),
                OptionalLong.empty(),
                after.now()));
    assertThat(after.machine.openCount()).isZero();
  }

  @Test
  void theAbortIsToldToWhoeverComesBackAndToALateVote() {
    before.submit("s", xt);

    PublisherHarness after = restart(PublisherHarness.BOUND);
    after.open(bound("a", A));
    after.open(bound("b", B));
    after.open(bound("c", C));

    assertThat(after.inbox("a")).containsExactly(abort(xt, RESTARTED));
    assertThat(after.inbox("b")).containsExactly(abort(xt, RESTARTED));
    assertThat(after.inbox("c")).isEmpty();
    after.yes("a", A, xt);
    assertThat(after.inbox("a")).containsExactly(abort(xt, RESTARTED));
  }

  @Test
  void aCommitStandsWhoeverAsks() {
    before.submit("s", xt);
    before.yes("a", A, xt);
    before.yes("b", B, xt);

    PublisherHarness after = restart(PublisherHarness.BOUND);
    after.open(bound("a", A));
    after.open(submitter("s"));

    assertThat(after.log()).isEmpty();
    assertThat(after.inbox("a")).containsExactly(commit(xt));
    after.submit("s", xt);
    assertThat(after.inbox("s")).containsExactly(commit(xt));
    assertThat(after.started()).isEmpty();
  }

  @Test
  void missedDecisionsComeInTheOrderOfTheirStart() {
    PublisherRules rules = PublisherHarness.BOUND.withMaxInFlightPerChain(2);
    PublisherHarness first = PublisherHarness.connected(rules);
    CrossChainTransaction second = xt("two", A);
    first.submit("s", xt);
    first.submit("s", second);
    first.yes("a", A, second);
    first.yes("a", A, xt);
    first.yes("b", B, xt);

    PublisherHarness after = restart(first, rules);
    after.open(bound("a", A));

    assertThat(after.inbox("a")).containsExactly(commit(xt), commit(second));
  }

  @Test
  void unboundConnectionsHearOfWhatWasOpenOnceTheyTakePart() {
    before.submit("s", xt);

    PublisherHarness after = restart(PublisherHarness.OPEN);
    after.open(unbound("u"));
    after.yes("u", A, xt("other", A));

    assertThat(after.inbox("u")).containsExactly(abort(xt, RESTARTED));
  }

  @Test
  void decisionsAreNumberedOverAllRestarts() {
    before.submit("s", xt);
    before.no("a", A, xt, "busy");
    before.submit("s", xt("two", A));

    PublisherHarness after = restart(PublisherHarness.BOUND);
    assertThat(after.machine.decisions()).isEqualTo(2);
    after.open(bound("a", A));
    after.open(submitter("s"));
    after.submit("s", xt("three", A));
    after.yes("a", A, xt("three", A));

    assertThat(after.decisions(xt("three", A)).getFirst().number()).isEqualTo(3);
  }

  @Test
  void numbersGoOnBehindWhatWasTrimmed() {
    PublisherHarness after = new PublisherHarness(PublisherHarness.BOUND);
    after.step(new PublisherInput.Recovered(41));
    after.open(bound("a", A));
    after.open(submitter("s"));
    after.submit("s", xt("one", A));
    after.yes("a", A, xt("one", A));

    assertThat(after.machine.decisions()).isEqualTo(42);
  }

  @Test
  void whatTheArchiveRemembersIsNotStartedAgain() {
    PublisherHarness after = restart(PublisherHarness.BOUND);
    after.open(bound("a", A));
    after.open(submitter("s"));
    assertThat(after.machine.knows(xt.id())).isFalse();

    after.step(new PublisherInput.Recalled(xt.id(), true, ""));

    assertThat(after.machine.knows(xt.id())).isTrue();
    after.submit("s", xt);
    after.yes("a", A, xt);
    assertThat(after.inbox("s")).containsExactly(commit(xt));
    assertThat(after.inbox("a")).containsExactly(commit(xt));
    assertThat(after.log()).isEmpty();
  }

  @Test
  void nothingIsForgottenBeforeItIsArchived() {
    PublisherHarness after = restart(PublisherHarness.BOUND.withRememberedOutcomes(1));
    after.open(bound("a", A));
    after.open(submitter("s"));
    for (String content : List.of("1", "2", "3")) {
      after.submit("s", xt(content, A));
      after.yes("a", A, xt(content, A));
    }

    after.step(new PublisherInput.Archived(1));
    assertThat(after.machine.rememberedOutcomes()).isEqualTo(2);
    after.step(new PublisherInput.Archived(Long.MAX_VALUE));
    assertThat(after.machine.rememberedOutcomes()).isEqualTo(1);
  }

  @Test
  void aFreshMachineRecoversNothing() {
    PublisherHarness fresh = new PublisherHarness(PublisherHarness.BOUND);
    assertThat(fresh.step(new PublisherInput.Recovered(0))).isEmpty();
  }

  @Test
  void recoveryIsObservedLikeAnyDecision() {
    before.submit("s", xt);

    PublisherHarness after = replayed(before, PublisherHarness.BOUND);

    assertThat(facts(after.step(new PublisherInput.Recovered(0))))
        .singleElement()
        .isInstanceOfSatisfying(
            PublisherFact.Finished.class,
            finished -> {
              assertThat(finished.decision().reason()).isEqualTo(RESTARTED);
              assertThat(finished.timedOut()).isFalse();
            });
  }

  private PublisherHarness restart(PublisherRules rules) {
    return restart(before, rules);
  }

  private static PublisherHarness restart(PublisherHarness before, PublisherRules rules) {
    PublisherHarness after = replayed(before, rules);
    after.step(new PublisherInput.Recovered(0));
    return after;
  }

  /** A new machine that knows what was made durable. */
  private static PublisherHarness replayed(PublisherHarness before, PublisherRules rules) {
    PublisherHarness after = new PublisherHarness(rules);
    after.pass(Duration.ofNanos(before.now() - after.now()).plusSeconds(1));
    before
        .log()
        .forEach(entry -> assertThat(after.step(new PublisherInput.Replayed(entry))).isEmpty());
    return after;
  }
}
