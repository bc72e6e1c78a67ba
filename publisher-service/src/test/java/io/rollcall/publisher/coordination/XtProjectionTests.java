package io.rollcall.publisher.coordination;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.testing.ManualNanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class XtProjectionTests {

  private static final int MAX_FINISHED = 3_000;

  private final ManualNanoClock clock = new ManualNanoClock();
  private final FakeArchive archive = new FakeArchive();
  private long decisions;
  private final XtProjection projection =
      new XtProjection(MAX_FINISHED, Duration.ofHours(1), clock, archive);

  @Test
  void followsAnXtThroughItsPhases() {
    CrossChainTransaction xt = xt("one");
    queue(xt);
    assertThat(find(xt).state()).isEqualTo(XtState.QUEUED);

    observe(new PublisherFact.VotingStarted(xt, clock.nanos() + 5));
    assertThat(find(xt).state()).isEqualTo(XtState.VOTING);

    observe(new PublisherFact.VoteCounted(xt.id(), A, true, "", 7));
    observe(new PublisherFact.VoteCounted(xt.id(), B, false, "no funds", 9));
    finish(xt, XtOutcome.ABORTED, "chain 77777 voted no: no funds", true);

    XtView view = find(xt);
    assertThat(view.state()).isEqualTo(XtState.ABORTED);
    assertThat(view.reason()).isEqualTo("chain 77777 voted no: no funds");
    assertThat(view.abortedBy()).containsExactly(B);
    assertThat(view.chains())
        .containsExactly(
            new XtView.Participant(A, ChainVote.Answer.YES, "", OptionalLong.of(7)),
            new XtView.Participant(B, ChainVote.Answer.NO, "no funds", OptionalLong.of(9)));
    assertThat(view.announcedNanos()).hasValue(clock.nanos() + 5);
    assertThat(view.decidedNanos()).isPresent();
  }

  @Test
  void namesTheSilentChainsOfATimeOut() {
    CrossChainTransaction xt = xt("one");
    queue(xt);
    observe(new PublisherFact.VotingStarted(xt, clock.nanos()));
    observe(new PublisherFact.VoteCounted(xt.id(), A, true, "", 7));
    finish(xt, XtOutcome.ABORTED, "chain 77777 did not vote within 3s", true);

    assertThat(find(xt).abortedBy()).containsExactly(B);
  }

  @Test
  void listsNewestFirstAndContinuesBehindTheCursor() {
    for (int i = 0; i < 10; i++) {
      queue(xt("x" + i));
    }

    XtPage first = projection.list(query(4, Optional.empty()));
    XtPage second = projection.list(query(4, first.next()));
    XtPage third = projection.list(query(4, second.next()));

    assertThat(places(first)).containsExactly(10L, 9L, 8L, 7L);
    assertThat(places(second)).containsExactly(6L, 5L, 4L, 3L);
    assertThat(places(third)).containsExactly(2L, 1L);
    assertThat(third.next()).isEmpty();
  }

  @Test
  void doesNotPromiseANextPageThatWouldBeEmpty() {
    queue(xt("x"));

    assertThat(projection.list(query(1, Optional.empty())).next()).isEmpty();
  }

  @Test
  void listsByChainAndState() {
    CrossChainTransaction onA = xt("a", A);
    CrossChainTransaction onBoth = xt("ab");
    queue(onA);
    queue(onBoth);
    finish(onA, XtOutcome.EXPIRED, "chain 55555 is not connected", false);

    assertThat(ids(Optional.of(B), Optional.empty())).containsExactly(onBoth.id().hex());
    assertThat(ids(Optional.of(A), Optional.empty()))
        .containsExactly(onBoth.id().hex(), onA.id().hex());
    assertThat(ids(Optional.of(A), Optional.of(XtState.EXPIRED))).containsExactly(onA.id().hex());
    assertThat(ids(Optional.empty(), Optional.of(XtState.VOTING))).isEmpty();
  }

  @Test
  void keepsTheLastFinishedOnesAndAllOthers() {
    CrossChainTransaction waiting = xt("waiting");
    queue(waiting);
    List<CrossChainTransaction> finished = new ArrayList<>();
    for (int i = 0; i < 2 * MAX_FINISHED; i++) {
      CrossChainTransaction xt = xt("x" + i, A);
      finished.add(xt);
      queue(xt);
      finish(xt, XtOutcome.COMMITTED, "", false);
    }

    assertThat(projection.size()).isEqualTo(MAX_FINISHED + 1);
    assertThat(projection.find(waiting.id())).isPresent();
    assertThat(projection.find(finished.getFirst().id())).isEmpty();
    assertThat(projection.find(finished.getLast().id())).isPresent();
    XtPage all = projection.list(query(3 * MAX_FINISHED, Optional.empty()));
    assertThat(all.xts()).hasSize(MAX_FINISHED + 1);
    assertThat(all.xts().getFirst().id()).as("undecided ones come first").isEqualTo(waiting.id());
  }

  @Test
  void keepsFewerWhenTheyNameManyChains() {
    ChainId[] many = new ChainId[200];
    for (int i = 0; i < many.length; i++) {
      many[i] = ChainId.of(i + 1);
    }
    for (int i = 0; i < MAX_FINISHED; i++) {
      CrossChainTransaction xt = xt("x" + i, many);
      queue(xt);
      finish(xt, XtOutcome.EXPIRED, "", false);
    }

    assertThat(projection.size()).isBetween(10, MAX_FINISHED / 10);
  }

  @Test
  void forgetsWhatIsTooOld() {
    CrossChainTransaction xt = xt("one");
    queue(xt);
    finish(xt, XtOutcome.COMMITTED, "", false);

    clock.pass(Duration.ofMinutes(61));

    assertThat(projection.find(xt.id())).isEmpty();
    assertThat(projection.list(query(1, Optional.empty())).xts()).isEmpty();
  }

  @Test
  void takesAnXtThatComesAgainAfterItsOutcomeWasForgotten() {
    CrossChainTransaction xt = xt("one");
    queue(xt);
    finish(xt, XtOutcome.EXPIRED, "", false);
    queue(xt);

    assertThat(find(xt).state()).isEqualTo(XtState.QUEUED);
    assertThat(projection.list(query(10, Optional.empty())).xts()).hasSize(1);
  }

  @Test
  void pagesOverUndecidedDecidedAndArchivedOnes() {
    archive.views.add(archived(2));
    archive.views.add(archived(1));
    decisions = 2;
    for (int i = 0; i < 4; i++) {
      queue(xt("x" + i));
    }
    for (int i = 0; i < 2; i++) {
      finish(xt("x" + i), XtOutcome.COMMITTED, "", false);
    }
    List<String> seen = new ArrayList<>();
    Optional<XtCursor> after = Optional.empty();
    do {
      XtPage page = projection.list(query(2, after));
      page.xts().forEach(xt -> seen.add(xt.place().toString()));
      after = page.next();
    } while (after.isPresent());

    assertThat(seen).containsExactly("undecided-4", "undecided-3", "4", "3", "2", "1");
  }

  @Test
  void nothingGoesBeforeItIsArchived() {
    archive.holdsOnly = 0;
    CrossChainTransaction xt = xt("one");
    queue(xt);
    finish(xt, XtOutcome.COMMITTED, "", false);
    clock.pass(Duration.ofMinutes(61));
    assertThat(projection.find(xt.id())).isPresent();

    archive.holdsOnly = 1;

    assertThat(projection.size()).isEqualTo(1);
    assertThat(projection.find(xt.id())).isEmpty();
    assertThat(projection.size()).isZero();
  }

  @Test
  void whatIsNoLongerHereIsLookedUp() {
    XtView old = archived(1);
    archive.views.add(old);

    assertThat(projection.find(old.id())).hasValue(old);
  }

  private void queue(CrossChainTransaction xt) {
    observe(new PublisherFact.Queued("c", "optimism", xt, clock.nanos()));
  }

  private void finish(CrossChainTransaction xt, XtOutcome outcome, String reason, boolean started) {
    List<ChainVote> votes =
        projection.find(xt.id()).orElseThrow().chains().stream()
            .map(chain ->
                new ChainVote(chain.chain(), chain.answer(), chain.reason(), chain.latencyNanos()))
            .toList();
    observe(
        new PublisherFact.Finished(
            new LogRecord.Decided(
                ++decisions,
                xt.id(),
                outcome,
                reason,
                "optimism",
                votes,
                clock.nanos(),
                started ? OptionalLong.of(clock.nanos()) : OptionalLong.empty(),
                clock.nanos()),
            false));
  }

  private void observe(PublisherFact fact) {
    projection.observed(List.of(fact));
  }

  private XtView find(CrossChainTransaction xt) {
    return projection.find(xt.id()).orElseThrow();
  }

  private List<String> ids(Optional<ChainId> chain, Optional<XtState> state) {
    return projection.list(new XtQuery(chain, state, 10, Optional.empty())).xts().stream()
        .map(xt -> xt.id().hex())
        .toList();
  }

  private static XtQuery query(int limit, Optional<XtCursor> after) {
    return new XtQuery(Optional.empty(), Optional.empty(), limit, after);
  }

  private static List<Long> places(XtPage page) {
    return page.xts().stream().map(xt -> xt.place().place()).toList();
  }

  private static XtView archived(long number) {
    return new XtView(
        new XtCursor(false, number),
        xt("archived " + number).id(),
        XtState.COMMITTED,
        "optimism",
        List.of(),
        "",
        OptionalLong.of(1),
        OptionalLong.of(2),
        OptionalLong.of(3));
  }

  /** Holds everything that it is asked to forget, unless told otherwise. */
  private static final class FakeArchive implements XtArchive {

    private final List<XtView> views = new ArrayList<>();
    private long holdsOnly = Long.MAX_VALUE;

    @Override
    public Optional<XtOutcomeView> outcome(XtId id) {
      return Optional.empty();
    }

    @Override
    public Optional<XtView> find(XtId id) {
      return views.stream().filter(view -> view.id().equals(id)).findFirst();
    }

    @Override
    public List<XtView> list(XtQuery query, long below, int limit) {
      return views.stream().filter(view -> view.place().place() < below).limit(limit).toList();
    }

    @Override
    public long archived() {
      return holdsOnly;
    }
  }
}
