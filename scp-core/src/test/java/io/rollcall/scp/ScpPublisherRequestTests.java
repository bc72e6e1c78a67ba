package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.BOUND;
import static io.rollcall.scp.PublisherHarness.abort;
import static io.rollcall.scp.PublisherHarness.bound;
import static io.rollcall.scp.PublisherHarness.commit;
import static io.rollcall.scp.PublisherHarness.facts;
import static io.rollcall.scp.PublisherHarness.refusal;
import static io.rollcall.scp.PublisherHarness.start;
import static io.rollcall.scp.PublisherHarness.submitter;
import static io.rollcall.scp.PublisherHarness.xt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Repeats, refusals and the bounds of what is kept. */
class ScpPublisherRequestTests {

  private static final Duration EXPIRY = Duration.ofSeconds(30);

  private final PublisherHarness publisher = PublisherHarness.connected();
  private final CrossChainTransaction xt = xt("x", A, B);

  @Test
  void repeatOfAnOpenXtHearsTheOutcomeAndStartsNothing() {
    publisher.open(submitter("t"));
    publisher.submit("s", xt);

    List<PublisherEffect> effects = publisher.submit("t", xt);
    publisher.no("a", A, xt, "");

    assertThat(facts(effects)).containsExactly(new PublisherFact.Repeated("t", xt.id(), false));
    assertThat(publisher.inbox("t")).containsExactly(abort(xt, "chain 1 voted no"));
    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 1 voted no"));
    assertThat(publisher.started()).hasSize(1);
  }

  @Test
  void repeatOfAQueuedXtHearsTheOutcome() {
    publisher.open(submitter("t"));
    CrossChainTransaction running = xt("running", A);
    publisher.submit("s", running);
    publisher.submit("s", xt);

    publisher.submit("t", xt);
    assertThat(publisher.machine.queued()).isOne();
    publisher.yes("a", A, running);
    publisher.no("a", A, xt, "");

    assertThat(publisher.inbox("t")).containsExactly(abort(xt, "chain 1 voted no"));
  }

  @Test
  void repeatOfADecidedXtIsAnsweredAtOnceAndOnlyItsSender() {
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);
    publisher.yes("b", B, xt);
    publisher.clearInboxes();
    publisher.open(submitter("t"));

    List<PublisherEffect> effects = publisher.submit("t", xt);

    assertThat(facts(effects)).containsExactly(new PublisherFact.Repeated("t", xt.id(), true));
    assertThat(publisher.inbox("t")).containsExactly(commit(xt));
    assertThat(publisher.inbox("s")).isEmpty();
    assertThat(publisher.started()).hasSize(1);
  }

  @Test
  void abortedXtIsNotStartedAgain() {
    publisher.submit("s", xt);
    publisher.no("a", A, xt, "busy");
    publisher.clearInboxes();

    publisher.submit("s", xt);

    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 1 voted no: busy"));
    assertThat(publisher.machine.openCount()).isZero();
  }

  @Test
  void submitterThatReconnectsHearsWhatItRepeatsAndNothingElse() {
    CrossChainTransaction other = xt("other", B);
    publisher.submit("s", xt("first", A));
    publisher.submit("s", other);
    publisher.close("s");
    publisher.open(new Peer("s2", "s", "s", VotingRights.submitOnly()));
    publisher.submit("s2", other);

    publisher.no("a", A, xt("first", A), "");
    publisher.yes("b", B, other);

    assertThat(publisher.inbox("s2")).containsExactly(commit(other));
  }

  @Test
  void xtOutlivesTheConnectionThatSentIt() {
    publisher.submit("s", xt);
    publisher.close("s");
    publisher.yes("a", A, xt);
    publisher.yes("b", B, xt);

    assertThat(publisher.inbox("a")).containsExactly(start(xt), commit(xt));
  }

  @Test
  void malformedRequestIsRefusedToItsSenderAloneAndNotRecorded() {
    List<PublisherEffect> effects =
        publisher.step(new PublisherInput.Malformed("s", xt.id(), "the request has no entry"));

    assertThat(effects)
        .containsExactly(
            new PublisherEffect.Send(List.of("s"), refusal(xt, "the request has no entry")),
            new PublisherEffect.Observed(
                new PublisherFact.Refused("s", xt.id(), "the request has no entry")));
    publisher.submit("s", xt);
    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void noRefusalIsSentForAnIdThatIsQueuedOpenOrDecided() {
    CrossChainTransaction queued = xt("queued", A);
    publisher.submit("s", xt);
    publisher.submit("s", queued);

    publisher.step(new PublisherInput.Malformed("s", xt.id(), "bad"));
    publisher.step(new PublisherInput.Malformed("s", queued.id(), "bad"));
    assertThat(publisher.inbox("s")).isEmpty();
    publisher.no("a", A, xt, "");
    publisher.clearInboxes();
    publisher.step(new PublisherInput.Malformed("s", xt.id(), "bad"));

    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 1 voted no"));
  }

  @Test
  void fullQueueRefusesWhatWouldWaitAndNothingElse() {
    PublisherHarness small = withQueue(new PublisherRules.Queue(2, 1_000_000, EXPIRY, 100));
    CrossChainTransaction running = xt("running", A);
    CrossChainTransaction tooMany = xt("3", A);
    small.submit("s", running);
    small.submit("s", xt("1", A));
    small.submit("s", xt("2", A));

    List<PublisherEffect> effects = small.submit("s", tooMany);

    assertThat(small.inbox("s")).containsExactly(refusal(tooMany, "the queue is full (2 XTs)"));
    assertThat(facts(effects))
        .containsExactly(new PublisherFact.Refused("s", tooMany.id(), "the queue is full (2 XTs)"));
    assertThat(small.decisions(tooMany)).isEmpty();
    small.submit("s", xt("elsewhere", B));
    assertThat(small.machine.openCount()).isEqualTo(2);
    small.yes("a", A, running);
    small.submit("s", tooMany);
    assertThat(small.machine.queued()).isEqualTo(2);
  }

  @Test
  void repeatIsNoRefusalAlsoWhenTheQueueIsFull() {
    PublisherHarness small = withQueue(new PublisherRules.Queue(1, 1_000_000, EXPIRY, 100));
    CrossChainTransaction waiting = xt("1", A);
    small.submit("s", xt("running", A));
    small.submit("s", waiting);

    small.submit("s", waiting);

    assertThat(small.inbox("s")).isEmpty();
  }

  @Test
  void bytesOfAllUndecidedXtsAreBounded() {
    int size = xt("1", A).encoded().size();
    PublisherHarness small = withQueue(new PublisherRules.Queue(100, 2L * size, EXPIRY, 100));
    CrossChainTransaction tooMuch = xt("3", B);
    small.submit("s", xt("1", A));
    small.submit("s", xt("2", A));

    small.submit("s", tooMuch);
    small.yes("a", A, xt("1", A));
    small.submit("s", tooMuch);

    assertThat(small.inbox("s"))
        .containsExactly(
            refusal(tooMuch, "the queue is full (" + 2 * size + " bytes)"), commit(xt("1", A)));
    assertThat(small.machine.open()).contains(tooMuch.id());
  }

  @Test
  void submitterMayHoldItsShareOfTheQueueAndOthersStillTheirs() {
    PublisherHarness shared = withQueue(new PublisherRules.Queue(20, 1_000_000, EXPIRY, 10));
    shared.open(submitter("t"));
    shared.submit("s", xt("running", A));
    shared.submit("s", xt("1", A));
    shared.submit("s", xt("2", A));
    CrossChainTransaction third = xt("3", A);

    shared.submit("s", third);
    shared.submit("t", xt("t", A));

    assertThat(shared.inbox("s"))
        .containsExactly(refusal(third, "the submitter's share of the queue is full (2 XTs)"));
    assertThat(shared.inbox("t")).isEmpty();
    assertThat(shared.machine.queued()).isEqualTo(3);
  }

  @Test
  void submittersShareHoldsForBytesButAlwaysForOneXt() {
    int size = xt("1", A).encoded().size();
    PublisherHarness shared = withQueue(new PublisherRules.Queue(100, 10L * size, EXPIRY, 10));
    shared.submit("s", xt("running", A));
    CrossChainTransaction second = xt("2", A);

    shared.submit("s", xt("1", A));
    shared.submit("s", second);

    assertThat(shared.inbox("s"))
        .containsExactly(
            refusal(second, "the submitter's share of the queue is full (" + size + " bytes)"));
    assertThat(shared.machine.queued()).isOne();
  }

  @Test
  void requestNamingTooManyChainsIsRefused() {
    CrossChainTransaction wide =
        xt("wide", IntStream.rangeClosed(1, 257).mapToObj(ChainId::of).toArray(ChainId[]::new));

    publisher.submit("s", wide);

    assertThat(publisher.inbox("s"))
        .containsExactly(refusal(wide, "the request names 257 chains, at most 256 are allowed"));
    assertThat(publisher.machine.chains()).hasSize(4);
  }

  @Test
  void oldestOutcomeIsForgottenAtTheBound() {
    PublisherHarness forgetful = PublisherHarness.connected(BOUND.withRememberedOutcomes(2));
    for (String content : List.of("1", "2", "3")) {
      forgetful.submit("s", xt(content, A));
      forgetful.yes("a", A, xt(content, A));
    }
    forgetful.clearInboxes();

    assertThat(forgetful.machine.rememberedOutcomes()).as("nothing is archived yet").isEqualTo(3);
    forgetful.step(new PublisherInput.Archived(2));
    assertThat(forgetful.machine.rememberedOutcomes()).isEqualTo(2);
    forgetful.submit("s", xt("2", A));
    assertThat(forgetful.inbox("s")).containsExactly(commit(xt("2", A)));
    forgetful.submit("s", xt("1", A));
    assertThat(forgetful.machine.open()).containsExactly(xt("1", A).id());
  }

  @Test
  void hearersOfOneXtAreBoundedAndThoseWhoAreGoneMakeRoomFirst() {
    publisher.submit("s", xt);
    for (int i = 0; i < PublisherRules.MAX_SUBMITTERS_PER_XT; i++) {
      publisher.open(submitter("t" + i));
      publisher.submit("t" + i, xt);
      if (i == 50) {
        publisher.close("t50");
      }
    }
    publisher.open(submitter("last"));
    publisher.submit("last", xt);

    publisher.no("a", A, xt, "");

    assertThat(publisher.inbox("last")).hasSize(1);
    assertThat(publisher.inbox("t50")).isEmpty();
    assertThat(publisher.inbox("s")).isEmpty();
    assertThat(publisher.inbox("t0")).hasSize(1);
  }

  @Test
  void sequencerHearsOfWhatItSubmittedForOtherChains() {
    CrossChainTransaction others = xt("others", B);
    publisher.submit("a", others);
    publisher.yes("b", B, others);

    assertThat(publisher.inbox("a")).containsExactly(commit(others));
  }

  @Test
  void sameConnectionCannotOpenTwice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> publisher.open(bound("a", A)))
        .withMessage("connection a is open already");
  }

  private static PublisherHarness withQueue(PublisherRules.Queue queue) {
    return PublisherHarness.connected(BOUND.withQueue(queue));
  }
}
