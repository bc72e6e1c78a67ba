package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.BOUND;
import static io.rollcall.scp.PublisherHarness.C;
import static io.rollcall.scp.PublisherHarness.OPEN;
import static io.rollcall.scp.PublisherHarness.abort;
import static io.rollcall.scp.PublisherHarness.bound;
import static io.rollcall.scp.PublisherHarness.commit;
import static io.rollcall.scp.PublisherHarness.start;
import static io.rollcall.scp.PublisherHarness.submitter;
import static io.rollcall.scp.PublisherHarness.unbound;
import static io.rollcall.scp.PublisherHarness.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a connection is told of what happened while it was away. */
class ScpPublisherResendTests {

  private final PublisherHarness publisher =
      PublisherHarness.connected(BOUND.withMaxInFlightPerChain(100));

  @Test
  void boundConnectionGetsDecisionsThenOpenXtsEachInOrderOfTheirStart() {
    CrossChainTransaction first = xt("1", A);
    CrossChainTransaction second = xt("2", A, B);
    CrossChainTransaction third = xt("3", A, C);
    CrossChainTransaction fourth = xt("4", A);
    CrossChainTransaction elsewhere = xt("5", B);
    for (CrossChainTransaction xt : List.of(first, second, third, fourth, elsewhere)) {
      publisher.submit("s", xt);
    }
    publisher.no("b", B, second, "");
    publisher.yes("a", A, first);
    publisher.close("a");

    publisher.open(bound("a2", A));

    assertThat(publisher.inbox("a2"))
        .containsExactly(
            commit(first), abort(second, "chain 2 voted no"), start(third), start(fourth));
  }

  @Test
  void everythingMissedIsOneEffectAheadOfWhatIsNew() {
    publisher.close("b");
    CrossChainTransaction open = xt("open", A);
    CrossChainTransaction waiting = xt("waiting", A, B);
    publisher.submit("s", open);
    publisher.submit("s", waiting);

    List<PublisherEffect> effects = publisher.open(bound("ab", A, B));

    assertThat(effects.getFirst())
        .isEqualTo(new PublisherEffect.Resend("ab", List.of(start(open))));
    assertThat(publisher.inbox("ab")).containsExactly(start(open), start(waiting));
  }

  @Test
  void openXtItsChainsHaveVotedOnIsNotSentAgain() {
    CrossChainTransaction xt = xt("x", A, B);
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);

    publisher.open(bound("a2", A));
    publisher.open(bound("ab", A, B));

    assertThat(publisher.inbox("a2")).isEmpty();
    assertThat(publisher.inbox("ab")).containsExactly(start(xt));
  }

  @Test
  void sequencerThatReconnectsWhileItsXtIsOpenVotesAndItCommits() {
    CrossChainTransaction xt = xt("x", A, B);
    publisher.submit("s", xt);
    publisher.close("a");
    publisher.yes("b", B, xt);
    publisher.open(bound("a2", A));

    publisher.yes("a2", A, xt);

    assertThat(publisher.inbox("a2")).containsExactly(start(xt), commit(xt));
  }

  @Test
  void startThatIsNotYetDurableReachesANewConnectionOnce() {
    CrossChainTransaction xt = xt("x", A);
    publisher.stepUnsynced(new PublisherInput.Submitted("s", xt));

    publisher.open(bound("a2", A));
    publisher.step(new PublisherInput.Synced());

    assertThat(publisher.inbox("a2")).containsExactly(start(xt));
  }

  @Test
  void decisionsOlderThanTheWindowAreNotRepeated() {
    CrossChainTransaction old = xt("old", A);
    CrossChainTransaction recent = xt("recent", A);
    publisher.submit("s", old);
    publisher.yes("a", A, old);
    publisher.pass(Duration.ofMinutes(5));
    publisher.submit("s", recent);
    publisher.yes("a", A, recent);
    publisher.pass(Duration.ofMinutes(5).plusNanos(1));

    publisher.open(bound("a2", A));

    assertThat(publisher.inbox("a2")).containsExactly(commit(recent));
  }

  @Test
  void olderDecisionIsAskedForByRepeatingTheVote() {
    CrossChainTransaction old = xt("old", A);
    publisher.submit("s", old);
    publisher.yes("a", A, old);
    publisher.pass(Duration.ofDays(1));
    publisher.open(bound("a2", A));

    publisher.yes("a2", A, old);

    assertThat(publisher.inbox("a2")).containsExactly(commit(old));
  }

  @Test
  void onlyTheLatestDecisionsUpToTheLimitAreRepeated() {
    PublisherHarness limited =
        PublisherHarness.connected(
            BOUND.withResend(new PublisherRules.Resend(Duration.ofMinutes(10), 3, 2)));
    List<CrossChainTransaction> xts =
        List.of(xt("1", A), xt("2", A, B), xt("3", B), xt("4", A), xt("5", B));
    for (CrossChainTransaction xt : xts) {
      limited.submit("s", xt);
      for (ChainId chain : xt.chains()) {
        limited.yes(chain.equals(A) ? "a" : "b", chain, xt);
      }
    }

    limited.open(bound("ab", A, B));
    limited.open(bound("a2", A));

    assertThat(limited.inbox("ab"))
        .containsExactly(commit(xts.get(2)), commit(xts.get(3)), commit(xts.get(4)));
    assertThat(limited.inbox("a2"))
        .containsExactly(commit(xts.get(0)), commit(xts.get(1)), commit(xts.get(3)));
  }

  @Test
  void unboundConnectionGetsOpenXtsAtOnceAndDecisionsOnceItHasVoted() {
    PublisherHarness off = new PublisherHarness(OPEN);
    off.open(unbound("u"));
    CrossChainTransaction decided = xt("decided", A);
    CrossChainTransaction open = xt("open", A);
    off.submit("u", decided);
    off.yes("u", A, decided);
    off.submit("u", open);

    off.open(unbound("v"));
    assertThat(off.inbox("v")).containsExactly(start(open));
    off.yes("v", B, xt("unknown", B));
    assertThat(off.inbox("v")).containsExactly(commit(decided));
    off.yes("v", A, open);

    assertThat(off.inbox("v")).containsExactly(commit(open));
  }

  @Test
  void unboundConnectionGetsDecisionsOnceItHasSentAnXt() {
    PublisherHarness off = new PublisherHarness(OPEN);
    off.open(unbound("u"));
    CrossChainTransaction decided = xt("decided", A);
    off.submit("u", decided);
    off.yes("u", A, decided);
    off.open(unbound("v"));
    CrossChainTransaction own = xt("own", B);

    off.submit("v", own);
    off.submit("v", xt("second", C));

    assertThat(off.inbox("v")).containsExactly(commit(decided), start(own), start(xt("second", C)));
  }

  @Test
  void unboundConnectionIsNotToldAgainWhatItHeard() {
    PublisherHarness off = new PublisherHarness(OPEN);
    off.open(unbound("u"));
    off.open(unbound("v"));
    off.pass(Duration.ofMillis(1));
    CrossChainTransaction xt = xt("x", A);
    off.submit("u", xt);
    off.yes("u", A, xt);
    off.clearInboxes();

    off.submit("v", xt("own", B));

    assertThat(off.inbox("v")).containsExactly(start(xt("own", B)));
  }

  @Test
  void unboundConnectionGetsAtMostItsLimit() {
    PublisherHarness off =
        new PublisherHarness(
            OPEN.withResend(new PublisherRules.Resend(Duration.ofMinutes(10), 10, 2)));
    off.open(unbound("u"));
    List<CrossChainTransaction> xts = List.of(xt("1", A), xt("2", B), xt("3", A));
    for (CrossChainTransaction xt : xts) {
      off.submit("u", xt);
      off.yes("u", xt.chains().getFirst(), xt);
    }
    off.open(unbound("v"));

    off.yes("v", C, xt("unknown", C));

    assertThat(off.inbox("v")).containsExactly(commit(xts.get(1)), commit(xts.get(2)));
  }

  @Test
  void unboundIdentityIsNotToldOfBoundChains() {
    CrossChainTransaction bound = xt("bound", A);
    publisher.submit("s", bound);
    publisher.open(unbound("u"));
    publisher.yes("a", A, bound);
    publisher.open(unbound("v"));

    publisher.yes("v", ChainId.of(99), xt("unknown", A));

    assertThat(publisher.inbox("u")).isEmpty();
    assertThat(publisher.inbox("v")).isEmpty();
  }

  @Test
  void connectionThatMayNotVoteIsToldNothing() {
    CrossChainTransaction xt = xt("x", A);
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);

    publisher.open(submitter("t"));
    publisher.submit("t", xt("own", A));

    assertThat(publisher.inbox("t")).isEmpty();
  }
}
