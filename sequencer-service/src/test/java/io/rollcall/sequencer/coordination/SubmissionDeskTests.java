package io.rollcall.sequencer.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerRules;
import io.rollcall.sequencer.execution.ledger.EmbeddedLedger;
import io.rollcall.sequencer.execution.ledger.Genesis;
import io.rollcall.sequencer.outbound.TransportPublisherGateway;
import io.rollcall.sequencer.testing.FakeJournal;
import io.rollcall.sequencer.testing.FakePublisher;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.coordination.TraceContexts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubmissionDeskTests {

  private static final ChainId OWN = ChainId.of(55_555);
  private static final int MAX_MESSAGE = 4_096;
  private static final Wallet ALICE = Wallet.number(1);

  private final EmbeddedLedger ledger = new EmbeddedLedger(OWN, new Genesis(Map.of()), 10);
  private final NanoClock clock = NanoClock.anchored();
  private final XtProjection projection =
      new XtProjection(OWN, 10, Duration.ofDays(1), clock, XtArchive.NONE);

  /** While it is not zero, the coordinator waits in the journal. */
  private volatile CountDownLatch journalHeld = new CountDownLatch(0);

  private final SequencerCoordinator coordinator = coordinator(SequencerRules.defaults(OWN));

  private SequencerCoordinator coordinator(SequencerRules rules) {
    return new SequencerCoordinator(
        new ScpSequencer(rules),
        new HeldJournal(),
        XtArchive.NONE,
        ledger,
        new TransportPublisherGateway(
            new FakePublisher(_ -> {}), OWN, MAX_MESSAGE, TraceContexts.NONE),
        List.of(projection),
        clock,
        _ -> {});
  }

  @AfterEach
  void stop() throws InterruptedException {
    journalHeld.countDown();
    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();
    ledger.close();
  }

  @Test
  void takesAnXtAndTheSameOneAgain() throws Exception {
    coordinator.start();
    CrossChainTransaction xt = xt(1);

    desk(coordinator).submit(xt);
    assertThatCode(() -> desk(coordinator).submit(xt)).doesNotThrowAnyException();

    assertThat(projection.find(xt.id()).orElseThrow().state()).isEqualTo(XtState.QUEUED);
  }

  @Test
  void refusesWhatFitsIntoNoMessage() throws Exception {
    CrossChainTransaction large = Xts.xt(Xts.entry(7, ByteString.copyFrom(new byte[MAX_MESSAGE])));

    assertThatExceptionOfType(XtTooLargeException.class)
        .isThrownBy(() -> desk(coordinator).submit(large))
        .withMessageContaining("at most " + (MAX_MESSAGE - 1_024));
  }

  @Test
  void judgesTheFormOfItsOwnChainsTransactionsOnly() throws Exception {
    coordinator.start();
    ByteString garbage = ByteString.copyFromUtf8("garbage");

    desk(coordinator).submit(Xts.xt(Xts.entry(7, garbage)));

    assertThatExceptionOfType(MalformedTransactionException.class)
        .isThrownBy(() ->
            desk(coordinator).submit(Xts.xt(Xts.entry(7, garbage), Xts.entry(55_555, garbage))))
        .withMessageStartingWith("entry 2, transaction 1: ");
  }

  @Test
  void saysThatItIsNotRunning() throws Exception {
    coordinator.start();
    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();

    assertThatExceptionOfType(SubmissionUnavailableException.class)
        .isThrownBy(() -> desk(coordinator).submit(xt(1)))
        .withMessage("the sequencer is not running");
  }

  @Test
  void doesNotWaitLongerThanItsPatience() throws Exception {
    journalHeld = new CountDownLatch(1);
    coordinator.start();
    SubmissionDesk impatient =
        new SubmissionDesk(
            coordinator,
            projection,
            ledger,
            ledger,
            MAX_MESSAGE,
            Duration.ofMillis(50),
            SubmissionListener.NONE);

    assertThatExceptionOfType(SubmissionUnavailableException.class)
        .isThrownBy(() -> impatient.submit(xt(1)))
        .withMessage("the sequencer did not answer within 50ms");
  }

  @Test
  void saysThatTooManyWaitForTheirOutcome() throws Exception {
    SequencerRules defaults = SequencerRules.defaults(OWN);
    SequencerCoordinator small =
        coordinator(
            new SequencerRules(
                OWN,
                defaults.voteDeadline(),
                defaults.inDoubtAfter(),
                defaults.submissionRepeat(),
                defaults.maxOpenXts(),
                defaults.maxOpenBytes(),
                1,
                defaults.maxSubmissionBytes(),
                defaults.rememberedOutcomes()));
    small.start();
    try {
      desk(small).submit(xt(1));

      assertThatExceptionOfType(SubmissionUnavailableException.class)
          .isThrownBy(() -> desk(small).submit(xt(2)))
          .withMessage("too many submissions wait for their outcome; try again later");
    } finally {
      assertThat(small.stop(Duration.ofSeconds(10))).isTrue();
    }
  }

  private SubmissionDesk desk(SequencerCoordinator at) {
    return new SubmissionDesk(
        at,
        projection,
        ledger,
        ledger,
        MAX_MESSAGE,
        Duration.ofSeconds(10),
        SubmissionListener.NONE);
  }

  private static CrossChainTransaction xt(long nonce) {
    return Xts.xt(Xts.entry(55_555, ALICE.legacy(55_555, nonce, ALICE.address(), 1)));
  }

  private final class HeldJournal extends FakeJournal {

    @Override
    public void append(List<JournalEntry> batch) {
      try {
        assertThat(journalHeld.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
