package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.BOUND;
import static io.rollcall.scp.PublisherHarness.C;
import static io.rollcall.scp.PublisherHarness.D;
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
import io.rollcall.proto.XtId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which XT starts when. */
class ScpPublisherSchedulingTests {

  private final PublisherHarness publisher = PublisherHarness.connected();

  @Test
  void oneXtAtATimePerChain() {
    CrossChainTransaction first = xt("1", A, B);
    CrossChainTransaction second = xt("2", B, C);
    publisher.submit("s", first);
    publisher.submit("s", second);
    assertThat(publisher.started()).containsExactly(first.id());
    assertThat(publisher.machine.queued()).isOne();
    assertThat(publisher.machine.queuedBytes()).isEqualTo(second.encoded().size());

    publisher.no("a", A, first, "");

    assertThat(publisher.started()).containsExactly(first.id(), second.id());
    assertThat(publisher.machine.queued()).isZero();
    assertThat(publisher.machine.queuedBytes()).isZero();
  }

  @Test
  void decisionIsSentBeforeTheStartItMakesRoomFor() {
    CrossChainTransaction first = xt("1", A);
    CrossChainTransaction second = xt("2", A);
    publisher.submit("s", first);
    publisher.submit("s", second);

    publisher.yes("a", A, first);

    assertThat(publisher.inbox("a")).containsExactly(start(first), commit(first), start(second));
  }

  @Test
  void disjointXtsRunSideBySide() {
    publisher.submit("s", xt("1", A, B));
    publisher.submit("s", xt("2", C, D));

    assertThat(publisher.machine.openCount()).isEqualTo(2);
  }

  @Test
  void largerLimitLetsAChainRunSeveral() {
    PublisherHarness two = PublisherHarness.connected(BOUND.withMaxInFlightPerChain(2));
    List<CrossChainTransaction> xts = List.of(xt("1", A), xt("2", A), xt("3", A));

    xts.forEach(xt -> two.submit("s", xt));
    assertThat(two.started()).isEqualTo(ids(xts.subList(0, 2)));
    two.yes("a", A, xts.get(1));

    assertThat(two.started()).isEqualTo(ids(xts));
  }

  @Test
  void youngerOvertakesOnlyWhenItSharesNoChainWithAnOlderOneThatWaits() {
    CrossChainTransaction running = xt("running", A);
    CrossChainTransaction older = xt("older", A, B);
    CrossChainTransaction sharesFreeChain = xt("shares", B, C);
    CrossChainTransaction disjoint = xt("disjoint", D);

    for (CrossChainTransaction xt : List.of(running, older, sharesFreeChain, disjoint)) {
      publisher.submit("s", xt);
    }
    assertThat(publisher.started()).containsExactly(running.id(), disjoint.id());
    publisher.yes("a", A, running);

    assertThat(publisher.started()).containsExactly(running.id(), disjoint.id(), older.id());
  }

  @Test
  void submittersTakeTurnsAndEachOnesOldestComesFirst() {
    publisher.open(submitter("t"));
    publisher.open(submitter("u"));
    publisher.submit("u", xt("running", A));
    CrossChainTransaction s1 = xt("s1", A);
    CrossChainTransaction s2 = xt("s2", A);
    CrossChainTransaction s3 = xt("s3", A);
    CrossChainTransaction t1 = xt("t1", A);
    CrossChainTransaction t2 = xt("t2", A);
    CrossChainTransaction u1 = xt("u1", A);
    List.of(s1, s2, s3).forEach(xt -> publisher.submit("s", xt));
    List.of(t1, t2).forEach(xt -> publisher.submit("t", xt));
    publisher.submit("u", u1);

    finishAllOn(publisher, A);

    assertThat(publisher.started().subList(1, 7)).isEqualTo(ids(List.of(s1, t1, u1, s2, t2, s3)));
  }

  @Test
  void turnBelongsToTheIdentityNotToTheConnection() {
    publisher.open(new Peer("t1", "tea", "tea", VotingRights.submitOnly()));
    publisher.open(new Peer("t2", "tea", "tea", VotingRights.submitOnly()));
    publisher.submit("s", xt("running", A));
    CrossChainTransaction first = xt("first", A);
    CrossChainTransaction second = xt("second", A);
    CrossChainTransaction other = xt("other", A);
    publisher.submit("t1", first);
    publisher.submit("t2", second);
    publisher.submit("s", other);

    finishAllOn(publisher, A);

    assertThat(publisher.started().subList(1, 4)).isEqualTo(ids(List.of(first, other, second)));
  }

  @Test
  void oneWhoSubmitsAllTheTimeDoesNotKeepTheOthersBack() {
    publisher.open(submitter("t"));
    CrossChainTransaction running = xt("running", A);
    publisher.submit("s", running);
    for (int i = 0; i < 500; i++) {
      publisher.submit("s", xt("s" + i, A));
    }
    CrossChainTransaction other = xt("other", A);
    publisher.submit("t", other);

    publisher.yes("a", A, running);
    finishOneOn(publisher, A);

    assertThat(publisher.machine.open()).containsExactly(other.id());
  }

  @Test
  void endlessNewSubmittersDoNotKeepAnOldOneBack() {
    CrossChainTransaction running = xt("running", A);
    CrossChainTransaction first = xt("first", A);
    CrossChainTransaction second = xt("second", A);
    for (CrossChainTransaction xt : List.of(running, first, second)) {
      publisher.submit("s", xt);
    }
    for (int i = 0; i < 10 && !publisher.started().contains(second.id()); i++) {
      for (int k = 0; k < 2; k++) {
        String fresh = "fresh" + i + "-" + k;
        publisher.open(submitter(fresh));
        publisher.submit(fresh, xt(fresh, A));
      }
      finishOneOn(publisher, A);
    }

    assertThat(publisher.started()).contains(second.id());
  }

  @Test
  void newcomerStandsBetweenTheXtsOfOneWhoseChainIsStuck() {
    publisher.submit("s", xt("running", A));
    CrossChainTransaction s1 = xt("s1", A);
    CrossChainTransaction s2 = xt("s2", A);
    publisher.submit("s", s1);
    publisher.submit("s", s2);
    publisher.open(submitter("t"));
    for (int i = 0; i < 50; i++) {
      publisher.submit("t", xt("elsewhere" + i, B));
      finishOneOn(publisher, B);
    }
    publisher.open(submitter("u"));
    CrossChainTransaction newcomer = xt("newcomer", A);
    publisher.submit("u", newcomer);

    finishAllOn(publisher, A);

    List<XtId> started = publisher.started();
    assertThat(started.subList(started.size() - 3, started.size()))
        .isEqualTo(ids(List.of(s1, newcomer, s2)));
  }

  @Test
  void xtOfAChainThatIsNotServedStandsAsideAndTakesItsPlaceAgain() {
    publisher.close("b");
    CrossChainTransaction running = xt("running", A);
    CrossChainTransaction aside = xt("aside", A, B);
    CrossChainTransaction younger = xt("younger", A);
    CrossChainTransaction youngest = xt("youngest", A);
    for (CrossChainTransaction xt : List.of(running, aside, younger, youngest)) {
      publisher.submit("s", xt);
    }
    publisher.yes("a", A, running);
    assertThat(publisher.machine.open()).containsExactly(younger.id());

    publisher.open(bound("b2", B));
    publisher.yes("a", A, younger);

    assertThat(publisher.machine.open()).containsExactly(aside.id());
    assertThat(publisher.inbox("b2")).containsExactly(start(aside));
  }

  @Test
  void xtStartsAtOnceWhenItsLastChainConnects() {
    publisher.close("b");
    CrossChainTransaction xt = xt("x", A, B);
    publisher.submit("s", xt);
    assertThat(publisher.machine.openCount()).isZero();

    publisher.open(bound("b2", B));

    assertThat(publisher.machine.open()).containsExactly(xt.id());
  }

  @Test
  void waitingXtStandsAsideWhenItsChainIsLost() {
    publisher.submit("s", xt("running", A));
    CrossChainTransaction lost = xt("lost", A, B);
    CrossChainTransaction free = xt("free", B, C);
    CrossChainTransaction behindLost = xt("behind", C);
    publisher.submit("s", lost);
    publisher.submit("s", free);
    publisher.submit("s", behindLost);
    assertThat(publisher.machine.openCount()).isOne();

    publisher.close("b");

    assertThat(publisher.machine.open()).hasSize(2).contains(behindLost.id());
    assertThat(publisher.machine.queued()).isEqualTo(2);
  }

  @Test
  void chainIsServedWhileOneOfItsConnectionsIsOpen() {
    publisher.open(bound("b2", B));
    publisher.close("b");

    publisher.submit("s", xt("x", B));

    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void unboundVoterServesOnlyChainsNobodyIsBoundTo() {
    ChainId free = ChainId.of(99);
    publisher.close("b");
    CrossChainTransaction freeXt = xt("free", free);
    publisher.submit("s", freeXt);
    publisher.submit("s", xt("bound", B));
    assertThat(publisher.machine.openCount()).isZero();

    publisher.open(unbound("u"));

    assertThat(publisher.machine.open()).containsExactly(freeXt.id());
    publisher.close("u");
    publisher.tickAfter(Duration.ofSeconds(3));
    CrossChainTransaction later = xt("later", free);
    publisher.submit("s", later);
    assertThat(publisher.machine.openCount()).isZero();
  }

  @Test
  void waitingXtExpiresAsARecordedAbortThatNamesTheMissingChain() {
    publisher.close("b");
    CrossChainTransaction xt = xt("x", A, B);
    publisher.submit("s", xt);
    assertThat(publisher.machine.nextDeadlineNanos())
        .isEqualTo(OptionalLong.of(publisher.now() + Duration.ofSeconds(30).toNanos()));

    publisher.tickAfter(Duration.ofSeconds(30).minusNanos(1));
    assertThat(publisher.decisions(xt)).isEmpty();
    publisher.tickAfter(Duration.ofNanos(1));

    assertThat(publisher.decisions(xt))
        .singleElement()
        .satisfies(decided -> {
          assertThat(decided.outcome()).isEqualTo(XtOutcome.EXPIRED);
          assertThat(decided.announcedNanos()).isEmpty();
        });
    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 2 is not connected"));
    publisher.submit("s", xt);
    assertThat(publisher.inbox("s")).containsExactly(abort(xt, "chain 2 is not connected"));
    assertThat(publisher.machine.queued()).isZero();
    assertThat(publisher.machine.nextDeadlineNanos()).isEmpty();
  }

  @Test
  void xtWhoseTurnDoesNotComeExpiresToo() {
    PublisherHarness slow =
        PublisherHarness.connected(BOUND.withVoteTimeout(Duration.ofMinutes(1)));
    CrossChainTransaction waiting = xt("waiting", A);
    slow.submit("s", xt("running", A));
    slow.submit("s", waiting);

    slow.tickAfter(Duration.ofSeconds(30));

    assertThat(slow.inbox("s")).containsExactly(abort(waiting, "its turn did not come within 30s"));
  }

  @Test
  void expiryOfTheFirstInLineLetsTheNextOneStart() {
    PublisherHarness slow =
        PublisherHarness.connected(BOUND.withVoteTimeout(Duration.ofMinutes(1)));
    slow.submit("s", xt("running", A));
    slow.submit("s", xt("waiting", A, B));
    slow.pass(Duration.ofSeconds(10));
    CrossChainTransaction younger = xt("younger", B);
    slow.submit("s", younger);
    assertThat(slow.machine.openCount()).isOne();

    slow.tickAfter(Duration.ofSeconds(20));

    assertThat(slow.machine.open()).contains(younger.id());
  }

  @Test
  void nextDeadlineIsTheNearest() {
    publisher.close("b");
    publisher.submit("s", xt("waits", B));
    publisher.submit("s", xt("votes", A));

    assertThat(publisher.machine.nextDeadlineNanos())
        .isEqualTo(OptionalLong.of(publisher.now() + Duration.ofSeconds(3).toNanos()));
  }

  @Test
  void statusTellsWhoServesAChainAndWhatItHasToDo() {
    publisher.submit("s", xt("1", A, B));
    publisher.submit("s", xt("2", A));
    publisher.close("d");

    assertThat(publisher.machine.chains())
        .containsExactly(
            new ChainStatus(A, List.of("a"), List.of("a"), 1, true, 1, 1),
            new ChainStatus(B, List.of("b"), List.of("b"), 1, true, 1, 0),
            new ChainStatus(C, List.of("c"), List.of("c"), 1, true, 0, 0),
            new ChainStatus(D, List.of("d"), List.of(), 0, true, 0, 0));
    assertThat(publisher.machine.chains().getLast().served()).isFalse();
  }

  @Test
  void chainNobodyIsBoundToStaysListedOnceItHasVotedAndNoLongerThanTheBound() {
    PublisherHarness off =
        new PublisherHarness(PublisherHarness.OPEN.withMaxInFlightPerChain(10_000));
    off.open(unbound("u"));
    CrossChainTransaction silent = xt("silent", ChainId.of(7), ChainId.of(8));
    off.submit("u", silent);
    off.no("u", ChainId.of(7), silent, "");
    assertThat(off.machine.chains())
        .containsExactly(new ChainStatus(ChainId.of(7), List.of(), List.of(), 1, true, 0, 0));

    for (int i = 0; i < 2 * PublisherRules.MAX_IDLE_CHAINS; i++) {
      ChainId chain = ChainId.of(1000 + i);
      CrossChainTransaction xt = xt("x", chain);
      off.submit("u", xt);
      off.yes("u", chain, xt);
    }

    assertThat(off.machine.chains()).hasSize(PublisherRules.MAX_IDLE_CHAINS);
  }

  /**
   * Random traffic against the rules themselves: limits hold, nobody who could start waits, a
   * submitter's XTs on one chain keep their order, and everything ends.
   */
  @Test
  void rulesHoldUnderRandomTraffic() {
    for (long seed = 1; seed <= 200; seed++) {
      new RandomTraffic(seed).run();
    }
  }

  private static final class RandomTraffic {

    private static final List<ChainId> CHAINS = List.of(A, B, C, D);

    private final long seed;
    private final Random random;
    private final int limit;
    private final PublisherHarness harness;
    private final List<CrossChainTransaction> submitted = new ArrayList<>();
    private final List<String> submitters = new ArrayList<>();
    private final Set<XtId> decided = new HashSet<>();
    private final Set<ChainId> served = new HashSet<>(CHAINS);

    RandomTraffic(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.limit = 1 + random.nextInt(2);
      this.harness = PublisherHarness.connected(BOUND.withMaxInFlightPerChain(limit));
      harness.open(submitter("t"));
      harness.open(submitter("u"));
    }

    void run() {
      for (int i = 0; i < 120; i++) {
        switch (random.nextInt(5)) {
          case 0, 1 -> submit(i);
          case 2, 3 -> finishOne();
          default -> flip();
        }
        check();
      }
      for (ChainId chain : CHAINS) {
        if (!served.contains(chain)) {
          flip(chain);
        }
      }
      for (int i = 0; i < submitted.size() && harness.machine.openCount() > 0; i++) {
        finishOne();
        check();
      }
      assertThat(harness.machine.openCount()).as("seed %d", seed).isZero();
      assertThat(harness.machine.queued()).as("seed %d", seed).isZero();
      assertThat(decided).as("seed %d", seed).hasSameSizeAs(submitted);
    }

    private void submit(int number) {
      List<ChainId> some = CHAINS.stream().filter(chain -> random.nextInt(3) == 0).toList();
      ChainId[] chains =
          some.isEmpty()
              ? new ChainId[] {CHAINS.get(random.nextInt(4))}
              : some.toArray(ChainId[]::new);
      String from = List.of("s", "t", "u").get(random.nextInt(3));
      CrossChainTransaction xt = xt("x" + number, chains);
      submitted.add(xt);
      submitters.add(from);
      checkOrder(() -> harness.submit(from, xt));
    }

    private void finishOne() {
      List<XtId> open = harness.machine.open();
      if (open.isEmpty()) {
        return;
      }
      XtId id = open.get(random.nextInt(open.size()));
      ChainId chain = find(id).chains().getFirst();
      if (!served.contains(chain)) {
        flip(chain);
      }
      decided.add(id);
      checkOrder(() -> harness.step(new PublisherInput.Voted(name(chain), chain, id, false, "")));
    }

    private void flip() {
      flip(CHAINS.get(random.nextInt(4)));
    }

    private void flip(ChainId chain) {
      if (served.remove(chain)) {
        checkOrder(() -> harness.close(name(chain)));
      } else {
        served.add(chain);
        checkOrder(() -> harness.open(bound(name(chain), chain)));
      }
    }

    /** What started in this step overtook nothing of its own submitter on a shared chain. */
    private void checkOrder(Runnable step) {
      List<CrossChainTransaction> before = inLine();
      int startedBefore = harness.started().size();
      step.run();
      List<XtId> now = harness.started();
      List<XtId> started = now.subList(startedBefore, now.size());
      for (int i = 0; i < started.size(); i++) {
        CrossChainTransaction younger = find(started.get(i));
        for (CrossChainTransaction older : before) {
          boolean overtaken =
              submitted.indexOf(older) < submitted.indexOf(younger)
                  && from(older).equals(from(younger))
                  && shares(older, younger)
                  && served.containsAll(older.chains())
                  && !started.subList(0, i).contains(older.id());
          assertThat(overtaken).as("seed %d: %s before %s", seed, younger, older).isFalse();
        }
      }
    }

    private void check() {
      for (ChainStatus status : harness.machine.chains()) {
        assertThat(status.inFlight()).as("seed %d", seed).isBetween(0, limit);
      }
      List<CrossChainTransaction> inLine = inLine();
      for (CrossChainTransaction xt : inLine) {
        boolean room =
            harness.machine.chains().stream()
                .filter(status -> xt.chains().contains(status.chain()))
                .allMatch(status -> status.inFlight() < limit);
        boolean alone = inLine.stream().noneMatch(other -> !other.equals(xt) && shares(other, xt));
        assertThat(room && alone).as("seed %d: %s could start", seed, xt).isFalse();
      }
      assertThat(inLine.isEmpty() || harness.machine.openCount() > 0)
          .as("seed %d: something runs while something could", seed)
          .isTrue();
    }

    private List<CrossChainTransaction> inLine() {
      Set<XtId> gone = new HashSet<>(harness.started());
      return submitted.stream()
          .filter(xt -> !gone.contains(xt.id()) && served.containsAll(xt.chains()))
          .toList();
    }

    private CrossChainTransaction find(XtId id) {
      return submitted.stream().filter(xt -> xt.id().equals(id)).findFirst().orElseThrow();
    }

    private String from(CrossChainTransaction xt) {
      return submitters.get(submitted.indexOf(xt));
    }

    private static boolean shares(CrossChainTransaction one, CrossChainTransaction other) {
      return one.chains().stream().anyMatch(other.chains()::contains);
    }

    private static String name(ChainId chain) {
      return List.of("a", "b", "c", "d").get(CHAINS.indexOf(chain));
    }
  }

  private static void finishAllOn(PublisherHarness harness, ChainId chain) {
    int left = 1_000;
    while (finishOneOn(harness, chain)) {
      left--;
      assertThat(left).as("decisions left before this counts as endless").isPositive();
    }
  }

  private static boolean finishOneOn(PublisherHarness harness, ChainId chain) {
    String voter = List.of("a", "b", "c", "d").get(Arrays.asList(A, B, C, D).indexOf(chain));
    for (XtId id : harness.machine.open()) {
      List<PublisherEffect> effects =
          harness.step(new PublisherInput.Voted(voter, chain, id, true, ""));
      if (PublisherHarness.facts(effects).stream()
          .anyMatch(PublisherFact.Finished.class::isInstance)) {
        return true;
      }
    }
    return false;
  }

  private static List<XtId> ids(List<CrossChainTransaction> xts) {
    return xts.stream().map(CrossChainTransaction::id).toList();
  }
}
