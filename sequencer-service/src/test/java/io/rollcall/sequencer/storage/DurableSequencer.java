package io.rollcall.sequencer.storage;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRules;
import io.rollcall.sequencer.coordination.PublisherGateway;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.coordination.SubmissionDesk;
import io.rollcall.sequencer.coordination.SubmissionListener;
import io.rollcall.sequencer.coordination.XtArchive;
import io.rollcall.sequencer.coordination.XtProjection;
import io.rollcall.sequencer.execution.ledger.EmbeddedLedger;
import io.rollcall.sequencer.execution.ledger.Genesis;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageException;
import io.rollcall.service.storage.StorageKind;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A sequencer on a database, with its ledger and without its transport: what it would send is kept
 * here. It can be made to end at the next thing it sends, or tells.
 */
final class DurableSequencer
    implements PublisherGateway, FactListener<SequencerFact>, AutoCloseable {

  static final ChainId CHAIN = ChainId.of(55_555);

  /** Thrown where the process ends. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final List<String> sent = new ArrayList<>();
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private final DurableJournal journal;
  final EmbeddedLedger ledger;
  final XtArchive archive;
  final XtProjection projection;
  final SequencerCoordinator coordinator;
  final SubmissionDesk desk;
  private volatile boolean endsAtTheNextSend;
  private volatile boolean endsAtTheNextOutcome;

  DurableSequencer(StorageSettings settings, ManualNanoClock clock, Genesis genesis, int remembered)
      throws IOException {
    Storage storage = Storage.open(settings, StorageKind.SEQUENCER);
    try {
      journal =
          new DurableJournal(
              storage,
              new SequencerTables(
                  CHAIN,
                  genesis.hash(),
                  genesis.state(),
                  100,
                  Duration.ofDays(7),
                  1_000,
                  Duration.ofDays(90),
                  clock));
    } catch (StorageException refused) {
      storage.close();
      throw refused;
    }
    ledger = new EmbeddedLedger(CHAIN, genesis, 100);
    archive = new JdbcXtArchive(journal, storage.asking(), CHAIN);
    projection = new XtProjection(CHAIN, remembered, Duration.ofDays(7), clock, archive);
    coordinator =
        new SequencerCoordinator(
            new ScpSequencer(SequencerRules.defaults(CHAIN).withRememberedOutcomes(remembered)),
            journal,
            archive,
            ledger,
            this,
            List.of(projection, this),
            clock,
            ended::complete);
    coordinator.start();
    desk =
        new SubmissionDesk(
            coordinator,
            projection,
            ledger,
            ledger,
            1 << 20,
            Duration.ofSeconds(10),
            SubmissionListener.NONE);
  }

  void endAtTheNextSend() {
    endsAtTheNextSend = true;
  }

  void endAtTheNextOutcome() {
    endsAtTheNextOutcome = true;
  }

  /** Waits until it has ended so. */
  void awaitEnd() throws Exception {
    if (!(ended.get(10, TimeUnit.SECONDS) instanceof Killed)) {
      throw new AssertionError("it ended otherwise", ended.get());
    }
  }

  void connect() throws Exception {
    coordinator.submit(new SequencerInput.Connected());
    settle();
  }

  void announce(CrossChainTransaction xt) {
    coordinator.submit(new SequencerInput.StartReceived(xt));
  }

  void decide(CrossChainTransaction xt, boolean commit) {
    coordinator.submit(new SequencerInput.DecisionReceived(xt.id(), commit, "", false));
  }

  /** Waits until new ids are not looked up any more. */
  void awaitIds() {
    XtId nobodys = XtId.parse("c0ffee".repeat(10) + "beef");
    Waiting.until("the ids", () -> !journal.archivedIds().mayHold(nobodys));
  }

  /** Everything that was submitted before is carried out when this returns. */
  void settle() throws Exception {
    coordinator.ask(ScpSequencer::openCount).get(10, TimeUnit.SECONDS);
  }

  /** What the publisher was sent, in order. */
  synchronized List<String> sent() {
    return List.copyOf(sent);
  }

  @Override
  public synchronized void sendVote(XtId id, boolean yes, String reason) {
    deliver(yes ? "yes" : "no " + reason);
  }

  @Override
  public synchronized void sendSubmission(CrossChainTransaction xt) {
    deliver("submission");
  }

  private void deliver(String message) {
    if (endsAtTheNextSend) {
      throw new Killed();
    }
    sent.add(message);
  }

  @Override
  public void observed(List<SequencerFact> facts) {
    if (endsAtTheNextOutcome
        && facts.stream().anyMatch(fact -> fact instanceof SequencerFact.Finished)) {
      throw new Killed();
    }
  }

  @Override
  public void close() {
    try {
      coordinator.stop(Duration.ofSeconds(10));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    ledger.close();
    journal.close();
  }
}
