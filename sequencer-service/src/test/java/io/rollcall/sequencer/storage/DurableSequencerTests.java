package io.rollcall.sequencer.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.SubmissionUnavailableException;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import io.rollcall.sequencer.coordination.XtState;
import io.rollcall.sequencer.coordination.XtView;
import io.rollcall.sequencer.execution.ledger.Genesis;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.storage.StorageException;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sequencer's coordinator and ledger on a real database, ended in each gap and begun again. */
class DurableSequencerTests {

  private static final long CHAIN = 55_555;
  private static final Wallet ALICE = Wallet.number(1);
  private static final Wallet CAROL = Wallet.number(3);
  private static final Address BOB = Wallet.number(2).address();
  private static final CrossChainTransaction XT = transfer(0, 30);

  @TempDir Path folder;

  private final ManualNanoClock clock = new ManualNanoClock();
  private StorageSettings settings;
  private Genesis genesis = genesis(1_000);

  @BeforeEach
  void place() {
    settings =
        new StorageSettings(
            "jdbc:sqlite:" + folder.resolve("sequencer.db"), Optional.empty(), Optional.empty());
  }

  private static Genesis genesis(long wei) {
    return new Genesis(
        Map.of(ALICE.address(), BigInteger.valueOf(wei), CAROL.address(), BigInteger.valueOf(wei)));
  }

  private static CrossChainTransaction transfer(long nonce, long wei) {
    return Xts.xt(
        Xts.entry(CHAIN, ALICE.legacy(CHAIN, nonce, BOB, wei)),
        Xts.entry(7, ByteString.copyFromUtf8("the other chain's")));
  }

  private DurableSequencer begin() throws Exception {
    return begin(1_000);
  }

  private DurableSequencer begin(int remembered) throws Exception {
    clock.pass(Duration.ofSeconds(1));
    return new DurableSequencer(settings, clock, genesis, remembered);
  }

  private static void assertBob(DurableSequencer sequencer, long wei) {
    assertThat(sequencer.ledger.balance(BOB)).isEqualTo(wei);
    assertThat(sequencer.ledger.balance(ALICE.address())).isEqualTo(1_000 - wei);
  }

  // ---- the gaps

  @Test
  void aYesThatWasSyncedAndNotSentIsSentAndKept() throws Exception {
    try (DurableSequencer before = begin()) {
      before.connect();
      before.endAtTheNextSend();
      before.announce(XT);
      before.awaitEnd();
      assertThat(before.sent()).isEmpty();
    }

    try (DurableSequencer after = begin()) {
      assertThat(after.projection.find(XT.id()).orElseThrow().state()).isEqualTo(XtState.VOTING);
      assertThatThrownBy(() -> after.desk.submitPlain(ALICE.legacy(CHAIN, 0, BOB, 1)))
          .as("its accounts are locked before anybody connects")
          .isInstanceOf(TransactionRefusedException.class)
          .hasMessageContaining(XT.id().hex());
      after.connect();
      assertThat(after.sent()).containsExactly("yes");
      after.decide(XT, true);
      after.settle();
      assertBob(after, 30);
    }
  }

  @Test
  void aYesStaysHoweverOftenEitherSideStartsAgain() throws Exception {
    try (DurableSequencer before = begin()) {
      before.connect();
      before.announce(XT);
      Waiting.until("the vote", () -> before.sent().contains("yes"));
    }
    for (int i = 0; i < 3; i++) {
      try (DurableSequencer again = begin()) {
        again.connect();
        again.announce(XT);
        again.coordinator.submit(new SequencerInput.Disconnected());
        again.connect();
        assertThat(again.sent()).containsOnly("yes").hasSize(3);
        assertBob(again, 0);
      }
    }
    try (DurableSequencer last = begin()) {
      last.connect();
      last.decide(XT, false);
      last.settle();
      assertBob(last, 0);
      last.desk.submitPlain(ALICE.legacy(CHAIN, 0, BOB, 1));
      assertBob(last, 1);
    }
  }

  @Test
  void aNoThatWasSyncedAndNotSentStaysANo() throws Exception {
    CrossChainTransaction tooMuch = transfer(0, 5_000);
    try (DurableSequencer before = begin()) {
      before.connect();
      before.endAtTheNextSend();
      before.announce(tooMuch);
      before.awaitEnd();
    }

    try (DurableSequencer after = begin()) {
      after.connect();
      after.announce(tooMuch);
      after.settle();
      assertThat(after.sent())
          .hasSize(2)
          .allSatisfy(line -> assertThat(line).startsWith("no insufficient balance"));
    }
  }

  @Test
  void aDecisionThatWasAppliedAndNotToldIsNotAppliedTwice() throws Exception {
    try (DurableSequencer before = begin()) {
      before.connect();
      before.announce(XT);
      Waiting.until("the vote", () -> before.sent().contains("yes"));
      before.endAtTheNextOutcome();
      before.decide(XT, true);
      before.awaitEnd();
    }

    for (int i = 0; i < 2; i++) {
      try (DurableSequencer after = begin()) {
        assertBob(after, 30);
        assertThat(after.ledger.blockNumber()).isEqualTo(1);
        after.connect();
        after.decide(XT, true);
        after.announce(XT);
        after.settle();
        assertThat(after.sent()).containsExactly("no already committed");
        assertBob(after, 30);
        assertThat(after.ledger.transactionCount(ALICE.address())).isEqualTo(1);
        assertThat(after.projection.find(XT.id()).orElseThrow().state())
            .isEqualTo(XtState.COMMITTED);
      }
    }
  }

  @Test
  void aSubmissionThatWasJournaledAndNotSentIsSentWithEachConnection() throws Exception {
    try (DurableSequencer before = begin()) {
      before.connect();
      before.endAtTheNextSend();
      before.coordinator.submit(new SequencerInput.Submitted(XT));
      before.awaitEnd();
    }

    for (int i = 0; i < 2; i++) {
      try (DurableSequencer after = begin()) {
        assertThat(after.projection.find(XT.id()).orElseThrow().state()).isEqualTo(XtState.QUEUED);
        after.connect();
        assertThat(after.sent()).containsExactly("submission");
      }
    }
    try (DurableSequencer last = begin()) {
      last.connect();
      last.decide(XT, false);
      last.settle();
    }
    try (DurableSequencer after = begin()) {
      after.connect();
      assertThat(after.sent()).isEmpty();
    }
  }

  @Test
  void whatTheUserWasToldIsInTheJournal() throws Exception {
    try (DurableSequencer before = begin()) {
      before.desk.submit(XT);
    }
    try (DurableSequencer after = begin()) {
      after.connect();
      assertThat(after.sent()).containsExactly("submission");
    }
  }

  @Test
  void aPlainTransactionThatWasJournaledIsAppliedOnceAnsweredOrNot() throws Exception {
    try (DurableSequencer before = begin()) {
      before.desk.submitPlain(ALICE.legacy(CHAIN, 0, BOB, 5));
      before.desk.submitPlain(ALICE.legacy(CHAIN, 1, BOB, 6));
      assertThatThrownBy(() -> before.desk.submitPlain(ALICE.legacy(CHAIN, 1, BOB, 7)))
          .isInstanceOf(TransactionRefusedException.class)
          .hasMessageContaining("nonce too low");
    }
    ByteString hash;
    try (DurableSequencer after = begin()) {
      assertBob(after, 11);
      assertThat(after.ledger.blockNumber()).isEqualTo(2);
      hash = after.desk.submitPlain(ALICE.legacy(CHAIN, 2, BOB, 7));
    }
    try (DurableSequencer again = begin()) {
      assertBob(again, 18);
      assertThat(again.ledger.receipt(hash).orElseThrow().blockNumber()).isEqualTo(3);
      assertThat(again.ledger.transactionCount(ALICE.address())).isEqualTo(3);
    }
  }

  @Test
  void plainTransactionsAndXtsOfManyUsersEndWhereTheyShould() throws Exception {
    try (DurableSequencer before = begin()) {
      before.connect();
      before.announce(XT);
      List<CompletableFuture<Void>> users =
          List.of(
              CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 20; i++) {
                  before.desk.submitPlain(CAROL.legacy(CHAIN, i, CAROL.address(), 1));
                }
              }),
              CompletableFuture.runAsync(() -> {
                Waiting.until("the vote", () -> before.sent().contains("yes"));
                before.decide(XT, true);
              }));
      for (CompletableFuture<Void> user : users) {
        user.get(20, TimeUnit.SECONDS);
      }
      before.settle();
    }
    try (DurableSequencer after = begin()) {
      assertBob(after, 30);
      assertThat(after.ledger.transactionCount(CAROL.address())).isEqualTo(20);
      assertThat(after.ledger.blockNumber()).isEqualTo(21);
    }
  }

  @Test
  void everythingIsDoneAgainFromTheJournalAlone() throws Exception {
    CrossChainTransaction aborted = transfer(1, 40);
    CrossChainTransaction submitted = transfer(7, 1);
    try (DurableSequencer before = begin()) {
      before.connect();
      before.announce(XT);
      Waiting.until("the vote", () -> before.sent().size() == 1);
      before.decide(XT, true);
      before.announce(aborted);
      Waiting.until("the vote", () -> before.sent().size() == 2);
      before.decide(aborted, false);
      before.settle();
      before.desk.submitPlain(ALICE.legacy(CHAIN, 1, BOB, 5));
      before.desk.submit(submitted);
    }
    for (String ending : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(folder.resolve("sequencer-index.db" + ending));
    }

    try (DurableSequencer after = begin()) {
      assertBob(after, 35);
      assertThat(after.ledger.blockNumber()).isEqualTo(2);
      after.connect();
      assertThat(after.sent()).containsExactly("submission");
      after.announce(aborted);
      after.settle();
      assertThat(after.sent()).endsWith("no already aborted");
      after.desk.submitPlain(ALICE.legacy(CHAIN, 2, BOB, 1));
      assertBob(after, 36);
    }
  }

  // ---- what memory has forgotten

  @Test
  void anOutcomeThatMemoryHasForgottenStands() throws Exception {
    try (DurableSequencer sequencer = begin(1)) {
      sequencer.awaitIds();
      sequencer.connect();
      for (int i = 0; i < 3; i++) {
        CrossChainTransaction xt = transfer(i, 10);
        int votes = i + 1;
        sequencer.announce(xt);
        Waiting.until("the vote", () -> sequencer.sent().size() == votes);
        sequencer.decide(xt, true);
        sequencer.settle();
        Waiting.until("the archive", () -> sequencer.archive.archived() == votes);
      }
      sequencer.connect();

      sequencer.announce(transfer(0, 10));
      sequencer.settle();

      assertThat(sequencer.sent()).endsWith("no already committed");
      assertBob(sequencer, 30);
      XtView view = sequencer.projection.find(transfer(0, 10).id()).orElseThrow();
      assertThat(view.state()).isEqualTo(XtState.COMMITTED);
      assertThat(view.applied()).isTrue();
      assertThat(view.chains()).hasSize(2);
    }
    try (DurableSequencer later = begin(1)) {
      later.awaitIds();
      later.connect();

      later.announce(transfer(0, 10));
      later.settle();

      assertThat(later.sent()).endsWith("no already committed");
      assertBob(later, 30);
    }
  }

  @Test
  void anIdThatIsNewIsKnownForNewWithoutTheDatabase() throws Exception {
    DurableSequencer sequencer = begin();
    try (sequencer) {
      sequencer.awaitIds();
      sequencer.connect();
      sequencer.announce(XT);
      Waiting.until("the vote", () -> !sequencer.sent().isEmpty());
      sequencer.decide(XT, true);
      sequencer.settle();
    }

    for (int i = 0; i < 1_000; i++) {
      assertThat(sequencer.archive.outcome(transfer(i, 5).id())).isEmpty();
    }
    assertThatThrownBy(() -> sequencer.archive.outcome(XT.id()))
        .as("the database is closed, and would have to be asked")
        .isInstanceOf(StorageException.class);
  }

  // ---- doubt

  @Test
  void whatIsInDoubtStaysSoOverARestartUntilAnOperatorEndsIt() throws Exception {
    try (DurableSequencer before = begin()) {
      before.connect();
      before.announce(XT);
      Waiting.until("the vote", () -> before.sent().contains("yes"));
    }
    try (DurableSequencer after = begin()) {
      after.connect();
      clock.pass(Duration.ofSeconds(61));
      after.coordinator.submit(new SequencerInput.Tick());
      after.settle();
      assertThat(after.projection.inDoubt()).containsExactly(XT.id());

      after.coordinator.submit(new SequencerInput.Resolved(XT.id(), true, "ann"));
      after.settle();

      assertBob(after, 30);
      assertThat(after.projection.inDoubt()).isEmpty();
    }
    try (DurableSequencer again = begin()) {
      assertBob(again, 30);
      again.connect();
      again.decide(XT, false);
      assertThat(
              again
                  .coordinator
                  .ask((ScpSequencer machine) -> machine.outcome(XT.id()).orElseThrow().operator())
                  .get(10, TimeUnit.SECONDS))
          .hasValue("ann");
      assertBob(again, 30);
    }
  }

  // ---- what does not belong together

  @Test
  void aLedgerOfAnotherGenesisOrChainIsRefused() throws Exception {
    begin().close();
    genesis = genesis(2_000);

    assertThatThrownBy(this::begin)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("began with other balances");
  }

  @Test
  void afterItsEndNothingIsTaken() throws Exception {
    DurableSequencer ended = begin();
    ended.close();
    assertThatThrownBy(() -> ended.desk.submitPlain(ALICE.legacy(CHAIN, 0, BOB, 5)))
        .isInstanceOf(SubmissionUnavailableException.class);
  }
}
