package io.rollcall.sequencer.coordination;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerEffect;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.scp.StageResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
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
public final class SequencerCoordinator implements InputSink {

  private static final Logger log = LoggerFactory.getLogger(SequencerCoordinator.class);

  private static final int MAX_WAITING = 8_192;
  static final int MAX_WAITING_OF_SOURCE = 1_024;
  private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;
  private static final long MAX_WAITING_BYTES_OF_SOURCE = MAX_WAITING_BYTES / 4;

  /** Whose input it is. */
  private enum Source {
    PUBLISHER,
    USERS,
    EXECUTION
  }

  private enum State {
    NEW,
    RUNNING,
    STOPPED,
    FAILED
  }

  /** What waits for the thread: an input of the machine, or a question about its state. */
  private sealed interface Work {
    record Input(SequencerInput input) implements Work {}

    record Question<T>(Function<ScpSequencer, T> function, CompletableFuture<T> answer)
        implements Work {

      void answer(ScpSequencer machine) {
        try {
          answer.complete(function.apply(machine));
        } catch (RuntimeException failed) {
          answer.completeExceptionally(failed);
        }
      }
    }
  }

  private final ScpSequencer machine;
  private final Journal journal;
  private final ExecutionPort execution;
  private final PublisherGateway gateway;
  private final List<FactListener> listeners;
  private final NanoClock clock;
  private final FailureHandler failureHandler;
  private final Inbox<Work> inbox =
      new Inbox<>(
          new Inbox.Bounds(
              MAX_WAITING, MAX_WAITING_BYTES, MAX_WAITING_OF_SOURCE, MAX_WAITING_BYTES_OF_SOURCE));
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final Thread thread = Thread.ofPlatform().name("coordinator").unstarted(this::run);

  /** When the turn that runs began, on the steady timer; 0 while it waits. For liveness. */
  private volatile long turnStartedNanos;

  /**
   * Owns the machine from now on.
   *
   * @param listeners told of every fact, in this order
   */
  public SequencerCoordinator(
      ScpSequencer machine,
      Journal journal,
      ExecutionPort execution,
      PublisherGateway gateway,
      List<FactListener> listeners,
      NanoClock clock,
      FailureHandler failureHandler) {
    this.machine = machine;
    this.journal = journal;
    this.execution = execution;
    this.gateway = gateway;
    this.listeners = List.copyOf(listeners);
    this.clock = clock;
    this.failureHandler = failureHandler;
  }

  /**
   * Starts the thread.
   *
   * @throws IllegalStateException when it was started before; a stopped coordinator does not start
   *     again
   */
  public void start() {
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      throw new IllegalStateException("the coordinator was started before");
    }
    thread.start();
  }

  /**
   * Ends the thread after the batch it works on; what still waits is dropped, and its senders hear
   * nothing. Waits for the end of the batch, no longer than told. Does nothing when not running.
   *
   * @return whether the thread has ended
   */
  public boolean stop(Duration atMost) throws InterruptedException {
    if (state.compareAndSet(State.NEW, State.STOPPED)) {
      inbox.close();
      return true;
    }
    state.compareAndSet(State.RUNNING, State.STOPPED);
    inbox.close();
    return Thread.currentThread().equals(thread) || thread.join(atMost);
  }

  /** Whether it takes inputs. */
  public boolean isRunning() {
    return state.get() == State.RUNNING;
  }

  /** How long the batch it works on has taken so far; zero while it waits for work. */
  public Duration busyFor() {
    long started = turnStartedNanos;
    return started == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - started);
  }

  /** How many inputs wait. */
  public int waiting() {
    return inbox.size();
  }

  @Override
  public void submit(SequencerInput input) {
    put(source(input), new Work.Input(input), size(input));
  }

  /**
   * Asks the machine something between two batches. The function runs on the coordinator thread and
   * must return values that do not change later.
   *
   * @return fails with {@link CoordinatorStoppedException} when nobody will answer, or with what
   *     the function threw
   */
  public <T> CompletableFuture<T> ask(Function<ScpSequencer, T> function) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      put(Source.USERS, new Work.Question<>(function, answer), 0);
    } catch (CoordinatorStoppedException stopped) {
      answer.completeExceptionally(stopped);
    }
    return answer;
  }

  private void put(Source source, Work work, long size) {
    try {
      if (!inbox.put(source, work, size)) {
        throw new CoordinatorStoppedException();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CoordinatorStoppedException();
    }
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

  private void run() {
    try {
      while (isRunning()) {
        List<Work> batch = inbox.takeAll(nanosToDeadline());
        if (!isRunning()) {
          refuse(batch);
          break;
        }
        turnStartedNanos = System.nanoTime() | 1;
        turn(batch);
        turnStartedNanos = 0;
      }
      log.info(
          "Coordinator stopped: {} XTs were open and {} submissions had no outcome",
          machine.openCount(),
          machine.submissionCount());
    } catch (Throwable failed) {
      fail(failed);
    } finally {
      inbox.close();
      refuse(remaining());
    }
  }

  private void turn(List<Work> batch) throws IOException {
    long now = clock.nanos();
    List<SequencerEffect> effects = new ArrayList<>();
    for (Work work : batch) {
      if (work instanceof Work.Input(SequencerInput input)) {
        effects.addAll(machine.step(input, now));
      }
    }
    OptionalLong deadline = machine.nextDeadlineNanos();
    if (deadline.isPresent() && deadline.getAsLong() <= now) {
      effects.addAll(machine.step(new SequencerInput.Tick(), now));
    }
    while (carryOut(effects)) {
      effects = machine.step(new SequencerInput.Synced(), clock.nanos());
    }
    for (Work work : batch) {
      if (work instanceof Work.Question<?> question) {
        question.answer(machine);
      }
    }
  }

  /** Returns whether there was something to make durable, which the machine wants to hear of. */
  private boolean carryOut(List<SequencerEffect> effects) throws IOException {
    List<SequencerRecord> records = new ArrayList<>();
    List<SequencerFact> facts = new ArrayList<>();
    for (SequencerEffect effect : effects) {
      switch (effect) {
        case SequencerEffect.Append(SequencerRecord entry) -> records.add(entry);
        case SequencerEffect.Observed(SequencerFact fact) -> facts.add(fact);
        default -> {}
      }
    }
    if (!records.isEmpty()) {
      journal.append(records);
    }
    execute(effects);
    if (!facts.isEmpty()) {
      tell(facts);
    }
    for (SequencerEffect effect : effects) {
      switch (effect) {
        case SequencerEffect.SendVote(XtId id, boolean yes, String reason) ->
            gateway.sendVote(id, yes, reason);
        case SequencerEffect.SendSubmission(CrossChainTransaction xt) -> gateway.sendSubmission(xt);
        default -> {}
      }
    }
    return !records.isEmpty();
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

  private void tell(List<SequencerFact> facts) {
    for (FactListener listener : listeners) {
      try {
        listener.observed(facts);
      } catch (RuntimeException failed) {
        log.error(
            "{} failed on {} facts", listener.getClass().getSimpleName(), facts.size(), failed);
      }
    }
  }

  private long nanosToDeadline() {
    OptionalLong deadline = machine.nextDeadlineNanos();
    return deadline.isEmpty()
        ? Inbox.FOREVER_NANOS
        : Math.max(0, deadline.getAsLong() - clock.nanos());
  }

  private void fail(Throwable cause) {
    state.set(State.FAILED);
    inbox.close();
    log.error(
        "Coordinator failed; its last batch was not carried out to the end, the process ends",
        cause);
    failureHandler.coordinatorFailed(cause);
  }

  private List<Work> remaining() {
    try {
      return inbox.takeAll(0);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static void refuse(List<Work> batch) {
    for (Work work : batch) {
      if (work instanceof Work.Question<?> question) {
        question.answer().completeExceptionally(new CoordinatorStoppedException());
      }
    }
  }
}
