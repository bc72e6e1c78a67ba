package io.rollcall.sequencer.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.scp.SequencerRules;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.testing.FakeExecution;
import io.rollcall.sequencer.testing.FakeJournal;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import io.rollcall.service.coordination.NanoClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SequencerCoordinatorTests {

  private static final long CHAIN = 55_555;
  private static final CrossChainTransaction XT =
      Xts.xt(Xts.entry(CHAIN, ByteString.copyFromUtf8("transaction")));

  private final BlockingQueue<String> happened = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private volatile boolean journalFails;

  private final Journal journal =
      new FakeJournal() {
        @Override
        public void append(List<JournalEntry> batch) throws IOException {
          if (journalFails) {
            throw new IOException("disk full");
          }
          batch.forEach(entry -> happened.add("append " + name(entry)));
        }
      };

  private static String name(JournalEntry entry) {
    return entry instanceof JournalEntry.Machine(SequencerRecord record)
        ? record.getClass().getSimpleName()
        : "Plain";
  }

  private final ExecutionPort execution =
      new FakeExecution() {
        @Override
        public void stage(CrossChainTransaction xt, Consumer<StageResult> answer) {
          happened.add("stage");
          super.stage(xt, answer);
        }

        @Override
        public void apply(XtId id) {
          happened.add("apply");
        }

        @Override
        public void discard(XtId id) {
          happened.add("discard");
        }

        @Override
        public void applyReserved() {
          happened.add("apply plain");
        }
      };

  private final PublisherGateway gateway =
      new PublisherGateway() {
        @Override
        public void sendVote(XtId id, boolean yes, String reason) {
          happened.add("vote " + yes);
        }

        @Override
        public void sendSubmission(CrossChainTransaction xt) {
          happened.add("submission");
        }
      };

  private final SequencerCoordinator coordinator =
      new SequencerCoordinator(
          new ScpSequencer(SequencerRules.defaults(ChainId.of(CHAIN))),
          journal,
          XtArchive.NONE,
          execution,
          gateway,
          List.of(this::observe),
          NanoClock.anchored(),
          failure::complete);

  private void observe(List<SequencerFact> facts) {
    for (SequencerFact fact : facts) {
      if (fact instanceof SequencerFact.Finished) {
        happened.add("finished");
      }
    }
    throw new IllegalStateException("a listener that fails harms nobody");
  }

  @BeforeEach
  void start() throws IOException {
    coordinator.start();
    coordinator.submit(new SequencerInput.Connected());
  }

  @AfterEach
  void stop() throws InterruptedException {
    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void sendsAYesOnlyWhenItIsInTheJournalAndTellsTheEndWhenItIsApplied() throws Exception {
    coordinator.submit(new SequencerInput.StartReceived(XT));
    assertThat(next(3)).containsExactly("stage", "append Voted", "vote true");

    coordinator.submit(new SequencerInput.DecisionReceived(XT.id(), true, "", false));
    assertThat(next(3)).containsExactly("append Decided", "apply", "finished");
  }

  @Test
  void carriesOutNothingOfABatchThatIsNotInTheJournal() throws Exception {
    journalFails = true;

    coordinator.submit(new SequencerInput.Submitted(XT));

    assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessage("disk full");
    assertThat(coordinator.isRunning()).isFalse();
    assertThat(happened).isEmpty();
    assertThatThrownBy(() -> coordinator.submit(new SequencerInput.Tick()))
        .isInstanceOf(CoordinatorStoppedException.class);
  }

  @Test
  void appliesAPlainTransactionOnceItIsInTheJournal() throws Exception {
    coordinator.apply(new Plain()).get(10, TimeUnit.SECONDS);

    assertThat(next(2)).containsExactly("append Plain", "apply plain");
  }

  @Test
  void doesNotApplyAPlainTransactionThatIsNotInTheJournal() throws Exception {
    journalFails = true;

    assertThat(coordinator.apply(new Plain()))
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(CoordinatorStoppedException.class);
    assertThat(happened).isEmpty();
  }

  private record Plain() implements PlainTransaction {
    @Override
    public ByteString raw() {
      return ByteString.copyFromUtf8("raw");
    }

    @Override
    public ByteString hash() {
      return ByteString.copyFromUtf8("hash");
    }
  }

  @Test
  void answersAQuestionBehindTheInputsThatCameBefore() throws Exception {
    coordinator.submit(new SequencerInput.Submitted(XT));

    assertThat(
            coordinator
                .ask(machine -> machine.submission(XT.id()).isPresent())
                .get(10, TimeUnit.SECONDS))
        .isTrue();
    assertThat(next(2)).containsExactly("append Submitted", "submission");
  }

  @Test
  void doesNotStartTwice() {
    assertThatThrownBy(coordinator::start).isInstanceOf(IllegalStateException.class);
  }

  private List<String> next(int count) throws InterruptedException {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.add(String.valueOf(happened.poll(10, TimeUnit.SECONDS)));
    }
    return found;
  }
}
