package io.rollcall.publisher.coordination;

import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherEffect;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.ScpPublisher;
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
 * The single writer of the publisher's state.
 *
 * <p>One platform thread, {@code coordinator}, takes every input that waits, steps the machine with
 * each, appends what must not be forgotten and syncs once, and only then tells the listeners and
 * the peers. There is no timer between batches: the next batch is what arrived during the last
 * sync. A batch that could not be made durable is not announced: the coordinator stops for good and
 * {@link FailureHandler} ends the process.
 *
 * <p>{@link #submit} and {@link #ask} are safe for any thread and wait while {@value
 * #MAX_WAITING_OF_SOURCE} inputs of the same connection wait here (of questions, as many in all),
 * {@value #MAX_WAITING} inputs of all, or too many bytes; whoever waits stops reading its
 * connection. So a peer that floods waits for itself, and another's input has at most that many of
 * the flood before it in its batch.
 */
public final class PublisherCoordinator implements InputSink {

  private static final Logger log = LoggerFactory.getLogger(PublisherCoordinator.class);

  static final int MAX_WAITING = 8_192;
  static final int MAX_WAITING_OF_SOURCE = 256;
  private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;
  private static final long MAX_WAITING_BYTES_OF_SOURCE = MAX_WAITING_BYTES / 16;

  /** The source of all questions: HTTP has no connection id. */
  private static final Object QUESTIONS = new Object();

  /** The source of changes of the bound chains: nobody's flood keeps them waiting. */
  private static final Object BOUND = new Object();

  private enum State {
    NEW,
    RUNNING,
    STOPPED,
    FAILED
  }

  /** What waits for the thread: an input of the machine, or a question about its state. */
  private sealed interface Work {
    record Input(PublisherInput input) implements Work {}

    record Question<T>(Function<ScpPublisher, T> function, CompletableFuture<T> answer)
        implements Work {

      void answer(ScpPublisher machine) {
        try {
          answer.complete(function.apply(machine));
        } catch (RuntimeException failed) {
          answer.completeExceptionally(failed);
        }
      }
    }
  }

  private final ScpPublisher machine;
  private final DecisionLog decisions;
  private final SequencerGateway gateway;
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

  private volatile MachineLoad load = MachineLoad.NONE;

  /**
   * Owns the machine from now on.
   *
   * @param listeners told of every fact, in this order
   */
  public PublisherCoordinator(
      ScpPublisher machine,
      DecisionLog decisions,
      SequencerGateway gateway,
      List<FactListener> listeners,
      NanoClock clock,
      FailureHandler failureHandler) {
    this.machine = machine;
    this.decisions = decisions;
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

  /** What the machine held after the last batch; costs nothing. */
  public MachineLoad load() {
    return load;
  }

  /** How many inputs wait. */
  public int waiting() {
    return inbox.size();
  }

  @Override
  public void submit(PublisherInput input) {
    put(source(input), new Work.Input(input), size(input));
  }

  /**
   * Asks the machine something between two batches. The function runs on the coordinator thread and
   * must return values that do not change later.
   *
   * @return fails with {@link CoordinatorStoppedException} when nobody will answer, or with what
   *     the function threw
   */
  public <T> CompletableFuture<T> ask(Function<ScpPublisher, T> function) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      put(QUESTIONS, new Work.Question<>(function, answer), 0);
    } catch (CoordinatorStoppedException stopped) {
      answer.completeExceptionally(stopped);
    }
    return answer;
  }

  private void put(Object source, Work work, long size) {
    try {
      if (!inbox.put(source, work, size)) {
        throw new CoordinatorStoppedException();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CoordinatorStoppedException();
    }
  }

  private static Object source(PublisherInput input) {
    return switch (input) {
      case PublisherInput.Opened(var peer) -> peer.connectionId();
      case PublisherInput.Closed(String connectionId) -> connectionId;
      case PublisherInput.Submitted(String connectionId, _) -> connectionId;
      case PublisherInput.Malformed(String connectionId, _, _) -> connectionId;
      case PublisherInput.Voted(String connectionId, _, _, _, _) -> connectionId;
      case PublisherInput.Bound _ -> BOUND;
      case PublisherInput.Synced _, PublisherInput.Tick _ -> QUESTIONS;
    };
  }

  private static long size(PublisherInput input) {
    return switch (input) {
      case PublisherInput.Submitted(_, var xt) -> xt.encoded().size();
      case PublisherInput.Voted(_, _, _, _, String reason) -> reason.length();
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
          "Coordinator stopped: {} XTs were open and {} waited",
          machine.openCount(),
          machine.queued());
    } catch (Throwable failed) {
      fail(failed);
    } finally {
      inbox.close();
      refuse(remaining());
    }
  }

  private void turn(List<Work> batch) throws IOException {
    long now = clock.nanos();
    List<PublisherEffect> effects = new ArrayList<>();
    for (Work work : batch) {
      if (work instanceof Work.Input(PublisherInput input)) {
        effects.addAll(machine.step(input, now));
      }
    }
    OptionalLong deadline = machine.nextDeadlineNanos();
    if (deadline.isPresent() && deadline.getAsLong() <= now) {
      effects.addAll(machine.step(new PublisherInput.Tick(), now));
    }
    while (carryOut(effects)) {
      effects = machine.step(new PublisherInput.Synced(), clock.nanos());
    }
    load = new MachineLoad(machine.openCount(), machine.queued(), machine.rememberedOutcomes());
    for (Work work : batch) {
      if (work instanceof Work.Question<?> question) {
        question.answer(machine);
      }
    }
  }

  /** Returns whether there was something to make durable, which the machine wants to hear of. */
  private boolean carryOut(List<PublisherEffect> effects) throws IOException {
    List<LogRecord> records = new ArrayList<>();
    List<PublisherFact> facts = new ArrayList<>();
    for (PublisherEffect effect : effects) {
      switch (effect) {
        case PublisherEffect.Append(LogRecord entry) -> records.add(entry);
        case PublisherEffect.Observed(PublisherFact fact) -> facts.add(fact);
        case PublisherEffect.Send _, PublisherEffect.Resend _ -> {}
      }
    }
    if (!records.isEmpty()) {
      decisions.append(records);
    }
    if (!facts.isEmpty()) {
      tell(facts);
    }
    for (PublisherEffect effect : effects) {
      switch (effect) {
        case PublisherEffect.Send(var connectionIds, var message) ->
            gateway.send(connectionIds, message);
        case PublisherEffect.Resend(var connectionId, var messages) ->
            gateway.resend(connectionId, messages);
        case PublisherEffect.Append _, PublisherEffect.Observed _ -> {}
      }
    }
    return !records.isEmpty();
  }

  private void tell(List<PublisherFact> facts) {
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
