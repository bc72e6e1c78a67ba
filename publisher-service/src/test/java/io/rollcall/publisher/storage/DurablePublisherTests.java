package io.rollcall.publisher.storage;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.publisher.coordination.XtCursor;
import io.rollcall.publisher.coordination.XtPage;
import io.rollcall.publisher.coordination.XtQuery;
import io.rollcall.publisher.coordination.XtState;
import io.rollcall.publisher.coordination.XtView;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherRules;
import io.rollcall.service.storage.StorageException;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The publisher's coordinator on a real database, ended in each gap and begun again. */
class DurablePublisherTests {

  private static final String RESTARTED = "abort the publisher restarted before it was decided";
  private static final CrossChainTransaction XT = xt("one");

  @TempDir Path folder;

  private final ManualNanoClock clock = new ManualNanoClock();
  private StorageSettings settings;

  @BeforeEach
  void place() {
    settings =
        new StorageSettings(
            "jdbc:sqlite:" + folder.resolve("publisher.db"), Optional.empty(), Optional.empty());
  }

  private DurablePublisher begin() throws Exception {
    clock.pass(Duration.ofSeconds(1));
    return new DurablePublisher(settings, clock, PublisherRules.defaults());
  }

  // ---- the gaps

  @Test
  void aStartThatWasSyncedAndNotSentIsAborted() throws Exception {
    try (DurablePublisher before = begin()) {
      connect(before);
      before.endAfterSends(0);
      before.coordinator.submit(new PublisherInput.Submitted("s", XT));
      before.awaitEnd();
      assertThat(before.sent()).isEmpty();
    }

    assertAbortedAfterARestart();
  }

  @Test
  void aStartThatWasSentToOneIsAborted() throws Exception {
    try (DurablePublisher before = begin()) {
      connect(before);
      before.endAfterSends(1);
      before.coordinator.submit(new PublisherInput.Submitted("s", XT));
      before.awaitEnd();
      assertThat(before.sent()).containsExactly("a: start");
    }

    assertAbortedAfterARestart();
  }

  @Test
  void aVoteThatWasCountedIsForgottenWithTheXt() throws Exception {
    try (DurablePublisher before = begin()) {
      connect(before);
      before.coordinator.submit(new PublisherInput.Submitted("s", XT));
      before.settle();
      vote(before, A);
      before.settle();
    }

    assertAbortedAfterARestart();
  }

  @Test
  void aDecisionThatWasSyncedAndNotSentStands() throws Exception {
    try (DurablePublisher before = begin()) {
      voteOnBoth(before, 0);
      assertThat(before.sent()).noneMatch(line -> line.endsWith("commit"));
    }

    assertCommittedAfterARestart();
  }

  @Test
  void aDecisionThatWasSentToOneStands() throws Exception {
    try (DurablePublisher before = begin()) {
      voteOnBoth(before, 1);
      assertThat(before.sent()).endsWith("a: commit");
    }

    assertCommittedAfterARestart();
  }

  private void voteOnBoth(DurablePublisher publisher, int sends) throws Exception {
    connect(publisher);
    publisher.coordinator.submit(new PublisherInput.Submitted("s", XT));
    publisher.settle();
    vote(publisher, A);
    publisher.settle();
    publisher.endAfterSends(sends);
    vote(publisher, B);
    publisher.awaitEnd();
  }

  private void assertAbortedAfterARestart() throws Exception {
    try (DurablePublisher after = begin()) {
      assertThat(after.sent()).as("nobody is there yet").isEmpty();
      connect(after);
      after.settle();
      assertThat(after.sent()).containsExactly("a: " + RESTARTED, "b: " + RESTARTED);
      vote(after, A);
      after.coordinator.submit(new PublisherInput.Submitted("s", XT));
      after.settle();
      assertThat(after.sent()).endsWith("a: " + RESTARTED, "s: " + RESTARTED);
      Waiting.until("the archive", () -> after.archive.find(XT.id()).isPresent());
      assertThat(after.projection.find(XT.id()).orElseThrow().state()).isEqualTo(XtState.ABORTED);
    }
    try (DurablePublisher again = begin()) {
      connect(again);
      again.settle();
      assertThat(again.sent()).containsExactly("a: " + RESTARTED, "b: " + RESTARTED);
    }
  }

  private void assertCommittedAfterARestart() throws Exception {
    try (DurablePublisher after = begin()) {
      connect(after);
      after.settle();
      assertThat(after.sent()).containsExactly("a: commit", "b: commit");
      after.coordinator.submit(new PublisherInput.Submitted("s", XT));
      after.settle();
      assertThat(after.sent()).endsWith("s: commit");
      assertThat(after.projection.find(XT.id()).orElseThrow().state()).isEqualTo(XtState.COMMITTED);
    }
  }

  // ---- what memory has forgotten

  @Test
  void anIdThatMemoryHasForgottenIsNotStartedAgain() throws Exception {
    PublisherRules forgetful = PublisherRules.defaults().withRememberedOutcomes(1);
    try (DurablePublisher publisher = new DurablePublisher(settings, clock, forgetful)) {
      publisher.awaitIds();
      connect(publisher);
      commit(publisher, XT);
      commit(publisher, xt("two"));
      Waiting.until("the archive", () -> publisher.archive.archived() == 2);
      // The next turn hears of it, and forgets.
      commit(publisher, xt("three"));
      int before = publisher.sent().size();

      publisher.coordinator.submit(new PublisherInput.Submitted("s", XT));
      vote(publisher, A);
      publisher.settle();

      assertThat(publisher.sent().subList(before, publisher.sent().size()))
          .containsExactly("s: commit", "a: commit");
    }
  }

  @Test
  void anIdThatAnEarlierProcessDecidedAndMemoryHasForgottenIsNotStartedAgain() throws Exception {
    PublisherRules forgetful = PublisherRules.defaults().withRememberedOutcomes(1);
    try (DurablePublisher publisher = new DurablePublisher(settings, clock, forgetful)) {
      connect(publisher);
      commit(publisher, XT);
      commit(publisher, xt("two"));
    }
    try (DurablePublisher publisher = new DurablePublisher(settings, clock, forgetful)) {
      publisher.awaitIds();
      publisher.open("s");
      publisher.settle();
      assertThat(publisher.coordinator.ask(machine -> machine.knows(XT.id())).get()).isFalse();

      publisher.coordinator.submit(new PublisherInput.Submitted("s", XT));
      publisher.settle();

      assertThat(publisher.sent()).containsExactly("s: commit");
    }
  }

  @Test
  void anIdThatIsNewIsKnownForNewWithoutTheDatabase() throws Exception {
    DurablePublisher publisher = begin();
    try (publisher) {
      publisher.awaitIds();
      connect(publisher);
      commit(publisher, XT);
    }

    for (int i = 0; i < 1_000; i++) {
      assertThat(publisher.archive.outcome(xt("new " + i).id())).isEmpty();
    }
    assertThatThrownBy(() -> publisher.archive.outcome(XT.id()))
        .as("the database is closed, and would have to be asked")
        .isInstanceOf(StorageException.class);
  }

  @Test
  void listsGoOnFromMemoryIntoTheArchiveAndBeyondARestart() throws Exception {
    List<String> expected = new ArrayList<>();
    PublisherTables tables =
        new PublisherTables(Duration.ofDays(7), 1_000_000, Duration.ofDays(90), clock);
    try (DurablePublisher publisher =
        new DurablePublisher(settings, clock, PublisherRules.defaults(), tables, 3)) {
      connect(publisher);
      for (int i = 0; i < 8; i++) {
        CrossChainTransaction xt = i % 2 == 0 ? xt("x" + i) : xt("x" + i, A);
        commit(publisher, xt);
        expected.addFirst(xt.id().hex());
      }
      Waiting.until("the archive", () -> publisher.archive.archived() == 8);
      commit(publisher, xt("last"));
      expected.addFirst(xt("last").id().hex());

      assertThat(pages(publisher, Optional.empty(), Optional.empty()))
          .containsExactlyElementsOf(expected);
      assertThat(publisher.projection.size()).isLessThan(8);
    }
    try (DurablePublisher publisher = begin()) {
      assertThat(pages(publisher, Optional.empty(), Optional.empty()))
          .containsExactlyElementsOf(expected);
      assertThat(pages(publisher, Optional.of(B), Optional.of(XtState.COMMITTED)))
          .hasSize(5)
          .isSubsetOf(expected);
      assertThat(pages(publisher, Optional.empty(), Optional.of(XtState.ABORTED))).isEmpty();
      XtView view = publisher.projection.find(XT_OF_THE_LIST.id()).orElseThrow();
      assertThat(view.chains()).extracting(XtView.Participant::chain).containsExactly(A, B);
      assertThat(view.queuedNanos()).isPresent();
      assertThat(view.announcedNanos()).isPresent();
    }
  }

  private static final CrossChainTransaction XT_OF_THE_LIST = xt("x0");

  private static List<String> pages(
      DurablePublisher publisher, Optional<ChainId> chain, Optional<XtState> state) {
    List<String> seen = new ArrayList<>();
    Optional<XtCursor> after = Optional.empty();
    do {
      XtPage page = publisher.projection.list(new XtQuery(chain, state, 2, after));
      page.xts().forEach(xt -> seen.add(xt.id().hex()));
      after = page.next();
    } while (after.isPresent());
    return seen;
  }

  // ---- housekeeping

  @Test
  void detailsGoByAgeAndCountAndTheOutcomeStays() throws Exception {
    PublisherTables tables =
        new PublisherTables(Duration.ofHours(1), 3, Duration.ofDays(90), clock);
    try (DurablePublisher publisher =
        new DurablePublisher(settings, clock, PublisherRules.defaults(), tables, 1)) {
      connect(publisher);
      for (int i = 0; i < 6; i++) {
        commit(publisher, xt("x" + i));
      }
    }
    try (DurablePublisher publisher =
        new DurablePublisher(settings, clock, PublisherRules.defaults(), tables, 1)) {
      Waiting.until(
          "the oldest details to go",
          () -> publisher.projection.find(xt("x2").id()).orElseThrow().chains().isEmpty());
      XtView old = publisher.projection.find(xt("x0").id()).orElseThrow();
      assertThat(old.state()).isEqualTo(XtState.COMMITTED);
      assertThat(old.decidedNanos()).isPresent();
      assertThat(old.queuedNanos()).isEmpty();
      assertThat(publisher.projection.find(xt("x3").id()).orElseThrow().chains()).hasSize(2);
      assertThat(pages(publisher, Optional.empty(), Optional.empty())).hasSize(3);
      assertThat(pages(publisher, Optional.of(A), Optional.empty())).hasSize(3);
    }
    clock.pass(Duration.ofHours(2));
    try (DurablePublisher publisher =
        new DurablePublisher(settings, clock, PublisherRules.defaults(), tables, 1)) {
      Waiting.until(
          "all details to go",
          () -> pages(publisher, Optional.empty(), Optional.empty()).isEmpty());
    }
  }

  @Test
  void outcomesGoByAgeAndNumbersGoOn() throws Exception {
    PublisherTables tables = new PublisherTables(Duration.ofHours(1), 3, Duration.ofDays(1), clock);
    try (DurablePublisher publisher =
        new DurablePublisher(settings, clock, PublisherRules.defaults(), tables, 1)) {
      connect(publisher);
      commit(publisher, XT);
      commit(publisher, xt("two"));
    }
    clock.pass(Duration.ofDays(2));
    try (DurablePublisher publisher =
        new DurablePublisher(settings, clock, PublisherRules.defaults(), tables, 1)) {
      Waiting.until("the outcome to go", () -> publisher.archive.find(XT.id()).isEmpty());
      assertThat(publisher.archive.find(xt("two").id())).as("the last one stays").isPresent();
      connect(publisher);
      commit(publisher, xt("three"));
      Waiting.until("the archive", () -> publisher.archive.archived() == 3);
    }
  }

  @Test
  void theLogIsTrimmedBehindTheProjectionAndThenNeedsIt() throws Exception {
    try (DurablePublisher publisher = begin()) {
      connect(publisher);
      for (int i = 0; i < 200; i++) {
        commit(publisher, xt("x" + i, A));
      }
    }
    assertThat(DurablePublisher.firstRowOf(settings)).isEqualTo(1);
    clock.pass(Duration.ofMinutes(20));
    try (DurablePublisher publisher = begin()) {
      connect(publisher);
      for (int i = 200; i < 250; i++) {
        commit(publisher, xt("x" + i, A));
      }
    }
    assertThat(DurablePublisher.firstRowOf(settings)).isGreaterThan(64);
    try (DurablePublisher publisher = begin()) {
      connect(publisher);
      publisher.coordinator.submit(new PublisherInput.Submitted("s", xt("x0", A)));
      publisher.settle();
      assertThat(publisher.sent()).endsWith("s: commit");
    }

    for (String ending : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(folder.resolve("publisher-index.db" + ending));
    }

    assertThatThrownBy(this::begin)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("publisher-index.db ends at row 0")
        .hasMessageContaining("restore it from a backup");
  }

  @Test
  void aProjectionThatIsGoneIsMadeAgainWhileTheLogIsWhole() throws Exception {
    try (DurablePublisher publisher = begin()) {
      connect(publisher);
      commit(publisher, XT);
    }
    for (String ending : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(folder.resolve("publisher-index.db" + ending));
    }

    try (DurablePublisher publisher = begin()) {
      assertThat(publisher.projection.find(XT.id()).orElseThrow().state())
          .isEqualTo(XtState.COMMITTED);
    }
  }

  // ---- helpers

  private static void connect(DurablePublisher publisher) {
    publisher.open("a", A);
    publisher.open("b", B);
    publisher.open("s");
  }

  private static void vote(DurablePublisher publisher, ChainId chain) {
    publisher.coordinator.submit(
        new PublisherInput.Voted(chain.equals(A) ? "a" : "b", chain, XT.id(), true, ""));
  }

  private static void commit(DurablePublisher publisher, CrossChainTransaction xt)
      throws Exception {
    publisher.coordinator.submit(new PublisherInput.Submitted("s", xt));
    publisher.settle();
    for (ChainId chain : xt.chains()) {
      publisher.coordinator.submit(
          new PublisherInput.Voted(chain.equals(A) ? "a" : "b", chain, xt.id(), true, ""));
    }
    publisher.settle();
  }
}
