package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.BOUND;
import static io.rollcall.scp.PublisherHarness.C;
import static io.rollcall.scp.PublisherHarness.OPEN;
import static io.rollcall.scp.PublisherHarness.abort;
import static io.rollcall.scp.PublisherHarness.bound;
import static io.rollcall.scp.PublisherHarness.facts;
import static io.rollcall.scp.PublisherHarness.refusal;
import static io.rollcall.scp.PublisherHarness.unbound;
import static io.rollcall.scp.PublisherHarness.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chains that are connected and do not vote. */
class ScpPublisherSilenceTests {

  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final String REASON = "chain 1 does not answer";

  private final PublisherHarness publisher = PublisherHarness.connected();
  private int number;

  @Test
  void chainThatLetThreeXtsInARowTimeOutIsRefused() {
    silence(2);
    assertThat(answering(A)).isTrue();
    List<PublisherEffect> effects = timeOut();
    assertThat(facts(effects)).contains(new PublisherFact.ChainStoppedAnswering(A, 3));
    assertThat(answering(A)).isFalse();
    publisher.clearInboxes();

    CrossChainTransaction refused = xt("refused", A, B);
    publisher.submit("s", refused);

    assertThat(publisher.inbox("s")).containsExactly(refusal(refused, REASON));
    assertThat(publisher.decisions(refused)).isEmpty();
    publisher.submit("s", xt("other", B, C));
    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void onlyTheSilentChainIsBlamed() {
    for (int i = 0; i < 3; i++) {
      CrossChainTransaction xt = next(A, B);
      publisher.submit("s", xt);
      publisher.yes("b", B, xt);
      publisher.tickAfter(TIMEOUT);
    }

    assertThat(answering(A)).isFalse();
    assertThat(answering(B)).isTrue();
  }

  @Test
  void voteInBetweenMeansNotInARow() {
    silence(2);
    CrossChainTransaction voted = next(A);
    publisher.submit("s", voted);
    publisher.no("a", A, voted, "");

    silence(2);

    assertThat(answering(A)).isTrue();
  }

  @Test
  void abortByAnotherChainBeforeTheTimeoutDoesNotCount() {
    silence(2);
    CrossChainTransaction xt = next(A, B);
    publisher.submit("s", xt);
    publisher.no("b", B, xt, "");
    assertThat(answering(A)).isTrue();

    silence(1);

    assertThat(answering(A)).isFalse();
  }

  @Test
  void lateVoteBringsTheChainBack() {
    CrossChainTransaction late = next(A);
    publisher.submit("s", late);
    publisher.tickAfter(TIMEOUT);
    silence(2);

    List<PublisherEffect> effects = publisher.yes("a", A, late);

    assertThat(facts(effects)).contains(new PublisherFact.ChainAnswersAgain(A));
    assertThat(answering(A)).isTrue();
    publisher.submit("s", next(A));
    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void voteOnAnUnknownIdBringsTheChainBackToo() {
    silence(3);

    publisher.yes("a", A, xt("unknown", A));

    assertThat(answering(A)).isTrue();
  }

  @Test
  void voteOfOneWhoMayNotSpeakForTheChainDoesNot() {
    silence(3);

    publisher.yes("b", A, xt("unknown", A));

    assertThat(answering(A)).isFalse();
  }

  @Test
  void newConnectionThatMayVoteBringsTheChainBack() {
    silence(3);
    publisher.open(bound("b2", B));
    assertThat(answering(A)).isFalse();

    publisher.open(bound("a2", A));

    assertThat(answering(A)).isTrue();
  }

  @Test
  void newUnboundVoterBringsBackChainsNobodyIsBoundTo() {
    PublisherHarness off = new PublisherHarness(OPEN);
    off.open(unbound("u"));
    ChainId free = ChainId.of(99);
    for (int i = 0; i < 3; i++) {
      off.submit("u", xt("x" + i, free));
      off.tickAfter(TIMEOUT);
    }
    assertThat(off.machine.chains().getFirst().answering()).isFalse();

    off.open(unbound("v"));

    assertThat(off.machine.chains().getFirst().answering()).isTrue();
  }

  @Test
  void oneXtIsLetThroughAsATrialAfterTenSeconds() {
    silence(3);
    publisher.pass(Duration.ofSeconds(10).minusNanos(1));
    CrossChainTransaction early = next(A);
    publisher.submit("s", early);
    publisher.pass(Duration.ofNanos(1));
    CrossChainTransaction trial = next(A);
    CrossChainTransaction second = next(A);
    publisher.clearInboxes();

    publisher.submit("s", trial);
    publisher.submit("s", second);

    assertThat(publisher.machine.open()).containsExactly(trial.id());
    assertThat(publisher.inbox("s")).containsExactly(refusal(second, REASON));
    publisher.yes("a", A, trial);
    publisher.submit("s", second);
    assertThat(publisher.machine.open()).containsExactly(second.id());
  }

  @Test
  void failedTrialMeansTenMoreSeconds() {
    silence(3);
    publisher.pass(Duration.ofSeconds(10));
    publisher.submit("s", next(A));
    publisher.tickAfter(TIMEOUT);

    publisher.pass(Duration.ofSeconds(10).minusNanos(1));
    publisher.submit("s", next(A));
    assertThat(publisher.machine.openCount()).isZero();
    publisher.pass(Duration.ofNanos(1));
    publisher.submit("s", next(A));

    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void trialThatToldNothingIsFollowedByAnother() {
    silence(3);
    publisher.pass(Duration.ofSeconds(10));
    CrossChainTransaction trial = next(A, B);
    publisher.submit("s", trial);
    publisher.no("b", B, trial, "");

    CrossChainTransaction another = next(A);
    publisher.submit("s", another);

    assertThat(publisher.machine.open()).containsExactly(another.id());
  }

  @Test
  void timeoutWhileTheChainWasNotConnectedDoesNotCount() {
    PublisherHarness wide = PublisherHarness.connected(BOUND.withMaxInFlightPerChain(3));
    for (int i = 0; i < 3; i++) {
      wide.submit("s", next(A));
    }
    wide.close("a");

    wide.tickAfter(TIMEOUT);

    assertThat(wide.machine.openCount()).isZero();
    assertThat(wide.machine.chains().getFirst().answering()).isTrue();
  }

  @Test
  void whatWaitsForTheChainIsAbortedWhenItStopsAnswering() {
    CrossChainTransaction waiting = xt("waiting", A, B);
    CrossChainTransaction behind = xt("behind", B);
    silence(2);
    publisher.submit("s", next(A));
    publisher.submit("s", waiting);
    publisher.submit("s", behind);
    publisher.clearInboxes();

    publisher.tickAfter(TIMEOUT);

    assertThat(publisher.inbox("s")).endsWith(abort(waiting, REASON));
    assertThat(publisher.decisions(waiting))
        .singleElement()
        .extracting(LogRecord.Decided::outcome)
        .isEqualTo(XtOutcome.ABORTED);
    assertThat(publisher.machine.open()).containsExactly(behind.id());
    assertThat(publisher.machine.queued()).isZero();
  }

  private void silence(int times) {
    for (int i = 0; i < times; i++) {
      timeOut();
    }
  }

  private List<PublisherEffect> timeOut() {
    publisher.submit("s", next(A));
    return publisher.tickAfter(TIMEOUT);
  }

  private CrossChainTransaction next(ChainId... chains) {
    number++;
    return xt("x" + number, chains);
  }

  private boolean answering(ChainId chain) {
    return publisher.machine.chains().stream()
        .filter(status -> status.chain().equals(chain))
        .findFirst()
        .orElseThrow()
        .answering();
  }
}
