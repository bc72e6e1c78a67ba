package io.rollcall.sequencer.coordination;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerEffect;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.scp.StageResult;
import io.rollcall.service.coordination.Coordinator;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.FailureHandler;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.coordination.SingleWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer of the sequencer's state.
 *
 * <p>One platform thread, {@code coordinator}, takes every input that waits, steps the machine with
 * each, appends what must not be forgotten and syncs once, and only then calls the execution, tells
 * the listeners and the publisher. There is no timer between batches: the next batch is what
 * arrived during the last sync. A batch that could not be made durable is not carried out: the
 * coordinator stops for good and {@link FailureHandler} ends the process.
 *
 * <p>{@link #submit} and {@link #ask} are safe for any thread and wait while {@value
 * #MAX_WAITING_OF_SOURCE} inputs of the same source wait here, {@value #MAX_WAITING} of all, or too
 * many bytes. The publisher, this sequencer's own users and its execution are such sources, so
 * users do not keep the publisher waiting; it is no longer read while its own inputs wait.
 */
public final class SequencerCoordinator
    implements InputSink, SingleWriter.Turns<SequencerCoordinator.Work>, Coordinator {

  private static final Logger log = LoggerFactory.getLogger(SequencerCoordinator.class);

  private static final int MAX_WAITING = 8_192;
  static final int MAX_WAITING_OF_SOURCE = 1_024;
  private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;
  private static final long MAX_WAITING_BYTES_OF_SOURCE = MAX_WAITING_BYTES / 4;

  private static final SingleWriter.Bounds BOUNDS =
      new SingleWriter.Bounds(
          MAX_WAITING, MAX_WAITING_BYTES, MAX_WAITING_OF_SOURCE, MAX_WAITING_BYTES_OF_SOURCE);

  /** Whose input it is. */
  private enum Source {
    PUBLISHER,
    USERS,
    EXECUTION
  }

  /** What waits for the thread. */
  sealed interface Work {
    /** An input of the machine. */
    record Machine(SequencerInput input) implements Work {}

    /** A transaction of the own chain alone. */
    record Plain(PlainTransaction transaction, CompletableFuture<Void> applied) implements Work {}
  }

  private final ScpSequencer machine;
  private final Journal journal;
  private final XtArchive archive;
  private final ExecutionPort execution;
  private final PublisherGateway gateway;
  private final List<FactListener<SequencerFact>> listeners;
  private final NanoClock clock;
  private final SingleWriter<SequencerCoordinator.Work> writer;
  private volatile Duration recovery = Duration.ZERO;
  private volatile int open;
  private long archived;

  /**
   * Owns the machine from now on.
   *
   * @param listeners told of every fact, in this order
   */
  public SequencerCoordinator(
      ScpSequencer machine,
      Journal journal,
      XtArchive archive,
      ExecutionPort execution,
      PublisherGateway gateway,
      List<FactListener<SequencerFact>> listeners,
      NanoClock clock,
      FailureHandler failureHandler) {
    this.machine = machine;
    this.journal = journal;
    this.archive = archive;
    this.execution = execution;
    this.gateway = gateway;
    this.listeners = List.copyOf(listeners);
    this.clock = clock;
    this.writer = new SingleWriter<>(BOUNDS, this, clock, failureHandler);
  }

  /**
   * Reads what earlier processes left, has the execution do it again, and starts the thread.
   *
   * @throws IllegalStateException when it was started before; a stopped coordinator does not start
   *     again
   */
  @Override
  public void start() throws IOException {
    recover();
    writer.start();
  }

  private void recover() throws IOException {
    long begun = System.nanoTime();
    long last =
        journal.replay(
            new Journal.Recovery() {
              @Override
              public void ledger(LedgerState kept) {
                execution.load(kept);
              }

              @Override
              public void entry(JournalEntry entry) throws IOException {
                execution.restore(entry);
                if (entry instanceof JournalEntry.Machine(SequencerRecord record)) {
                  var _ = machine.step(new SequencerInput.Replayed(record), clock.nanos());
                }
              }

              @Override
              public LedgerState changes() {
                return execution.takeChanges();
              }
            });
    forgetWhatIsArchived(clock.nanos());
    settle(machine.step(new SequencerInput.Recovered(last), clock.nanos()));
    recovery = Duration.ofNanos(System.nanoTime() - begun);
    if (journal.isDurable()) {
      log.info(
          "Recovered from {} in {} ms: outcome {} is the last, {} XTs are open, {} submissions have"
              + " no outcome",
          journal.description(),
          recovery.toMillis(),
          machine.decisions(),
          machine.openCount(),
          machine.submissionCount());
    }
  }

  /** How many XTs were started and undecided after the last batch; costs nothing. */
  public int open() {
    return open;
  }

  /** How long the last start took to do again what earlier processes did. */
  public Duration recovery() {
    return recovery;
  }

  @Override
  public boolean stop(Duration atMost) throws InterruptedException {
    return writer.stop(atMost);
  }

  @Override
  public boolean isRunning() {
    return writer.isRunning();
  }

  /** How long the batch it works on has taken so far; zero while it waits for work. */
  public Duration busyFor() {
    return writer.busyFor();
  }

  /** How many inputs wait. */
  public int waiting() {
    return writer.waiting();
  }

  @Override
  public void submit(SequencerInput input) {
    writer.submit(source(input), new Work.Machine(input), size(input));
  }

  /**
   * Applies a transaction of the own chain alone, once it is durable.
   *
   * @return done when it took effect; fails with {@link TransactionRefusedException} when it does
   *     not fit the ledger, or with {@link CoordinatorStoppedException}, with which nobody knows
   * @throws CoordinatorStoppedException when nothing is taken any more
   */
  public CompletableFuture<Void> apply(PlainTransaction transaction) {
    CompletableFuture<Void> applied = new CompletableFuture<>();
    writer.submit(Source.USERS, new Work.Plain(transaction, applied), transaction.raw().size());
    return applied;
  }

  /**
   * Asks the machine something between two batches. The function runs on the coordinator thread and
   * must return values that do not change later.
   *
   * @return fails with {@link CoordinatorStoppedException} when nobody will answer, or with what
   *     the function threw
   */
  public <T> CompletableFuture<T> ask(Function<ScpSequencer, T> function) {
    return writer.ask(Source.USERS, () -> function.apply(machine));
  }

  private static Source source(SequencerInput input) {
    return switch (input) {
      case SequencerInput.Submitted _ -> Source.USERS;
      case SequencerInput.Staged _, SequencerInput.Synced _, SequencerInput.Tick _ ->
          Source.EXECUTION;
      default -> Source.PUBLISHER;
    };
  }

  private static long size(SequencerInput input) {
    return switch (input) {
      case SequencerInput.Submitted(CrossChainTransaction xt) -> xt.encoded().size();
      case SequencerInput.StartReceived(CrossChainTransaction xt) -> xt.encoded().size();
      case SequencerInput.DecisionReceived decision -> decision.reason().length();
      default -> 0;
    };
  }

  @Override
  public void turn(List<Work> batch) throws IOException {
    List<Work.Plain> plain = new ArrayList<>();
    try {
      long now = clock.nanos();
      forgetWhatIsArchived(now);
      List<SequencerEffect> effects = new ArrayList<>();
      for (Work work : batch) {
        switch (work) {
          case Work.Machine(SequencerInput input) -> {
            recall(input, now);
            effects.addAll(machine.step(input, now));
          }
          case Work.Plain transaction -> {
            if (reserve(transaction)) {
              plain.add(transaction);
            }
          }
        }
      }
      OptionalLong deadline = machine.nextDeadlineNanos();
      if (deadline.isPresent() && deadline.getAsLong() <= now) {
        effects.addAll(machine.step(new SequencerInput.Tick(), now));
      }
      settle(
          carryOut(effects, plain)
              ? machine.step(new SequencerInput.Synced(), clock.nanos())
              : List.of());
    } catch (Throwable failed) {
      plain.forEach(transaction ->
          transaction.applied().completeExceptionally(new CoordinatorStoppedException()));
      throw failed;
    }
  }

  private boolean reserve(Work.Plain plain) {
    try {
      execution.reserve(plain.transaction());
      return true;
    } catch (TransactionRefusedException refused) {
      plain.applied().completeExceptionally(refused);
      return false;
    }
  }

  private void settle(List<SequencerEffect> effects) throws IOException {
    List<SequencerEffect> next = effects;
    while (carryOut(next, List.of())) {
      next = machine.step(new SequencerInput.Synced(), clock.nanos());
    }
    open = machine.openCount();
  }

  private void forgetWhatIsArchived(long now) {
    long number = archive.archived();
    if (number != archived) {
      archived = number;
      var _ = machine.step(new SequencerInput.Archived(number), now);
    }
  }

  /** What memory has forgotten is asked for before the machine could take it for new. */
  private void recall(SequencerInput input, long now) throws IOException {
    XtId id =
        switch (input) {
          case SequencerInput.Submitted(CrossChainTransaction xt) -> xt.id();
          case SequencerInput.StartReceived(CrossChainTransaction xt) -> xt.id();
          case SequencerInput.DecisionReceived decision -> decision.id();
          default -> null;
        };
    if (id == null || machine.knows(id)) {
      return;
    }
    Optional<SequencerOutcome> outcome = archive.outcome(id);
    if (outcome.isPresent()) {
      var _ = machine.step(new SequencerInput.Recalled(outcome.get()), now);
    }
  }

  @Override
  public OptionalLong nextDeadlineNanos() {
    return machine.nextDeadlineNanos();
  }

  @Override
  public String leftBehind() {
    return machine.openCount()
        + " XTs were open and "
        + machine.submissionCount()
        + " submissions had no outcome";
  }

  /** Returns whether there was something to make durable, which the machine wants to hear of. */
  private boolean carryOut(List<SequencerEffect> effects, List<Work.Plain> plain)
      throws IOException {
    List<JournalEntry> entries = new ArrayList<>();
    List<SequencerFact> facts = new ArrayList<>();
    for (SequencerEffect effect : effects) {
      switch (effect) {
        case SequencerEffect.Append(SequencerRecord entry) ->
            entries.add(new JournalEntry.Machine(entry));
        case SequencerEffect.Observed(SequencerFact fact) -> facts.add(fact);
        default -> {}
      }
    }
    boolean records = !entries.isEmpty();
    plain.forEach(work -> entries.add(new JournalEntry.Plain(work.transaction().raw())));
    if (!entries.isEmpty()) {
      journal.append(entries);
    }
    execute(effects);
    if (!plain.isEmpty()) {
      execution.applyReserved();
    }
    if (!entries.isEmpty()) {
      journal.settled(execution.takeChanges());
    }
    plain.forEach(work -> work.applied().complete(null));
    FactListener.tell(listeners, facts);
    for (SequencerEffect effect : effects) {
      switch (effect) {
        case SequencerEffect.SendVote(XtId id, boolean yes, String reason) ->
            gateway.sendVote(id, yes, reason);
        case SequencerEffect.SendSubmission(CrossChainTransaction xt) -> gateway.sendSubmission(xt);
        default -> {}
      }
    }
    return records;
  }

  /** Before anybody hears of an outcome, so that whoever does finds it in the rollup's state. */
  private void execute(List<SequencerEffect> effects) {
    for (SequencerEffect effect : effects) {
      switch (effect) {
        case SequencerEffect.Stage(CrossChainTransaction xt) ->
            execution.stage(xt, result -> staged(xt.id(), result));
        case SequencerEffect.Apply(XtId id) -> execution.apply(id);
        case SequencerEffect.Discard(XtId id) -> execution.discard(id);
        default -> {}
      }
    }
  }

  /** The execution's answer comes back through the same queue as everything else. */
  private void staged(XtId id, StageResult result) {
    try {
      submit(new SequencerInput.Staged(id, result));
    } catch (CoordinatorStoppedException stopped) {
      log.debug("XT {}: staged after the coordinator stopped", id);
    }
  }
}
