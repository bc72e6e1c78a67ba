package io.rollcall.service.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns a state machine, {@code coordinator}: it takes every input that waits as one
 * batch and hands it to {@link Turns}, which steps the machine, makes what came of it durable and
 * only then lets anybody hear of it. No batch waits for more messages: the next one is what arrived
 * meanwhile. When a turn fails it stops for good and {@link FailureHandler} ends the process.
 *
 * <p>All methods are safe for any thread. {@link #submit} and {@link #ask} wait while the
 * {@linkplain Bounds bounds} are reached, for one source or for all; so a source that floods waits
 * for itself. {@link #submitAtOnce} and {@link #submitUnhurried} never wait.
 *
 * @param <I> inputs of the machine
 */
public final class SingleWriter<I> {

  /** What the machine's owner does on the coordinator thread. */
  public interface Turns<I> {

    /**
     * Carries out one batch to its end. Called also without inputs, when a deadline has come.
     *
     * @param inputs in the order they were submitted
     * @throws IOException when something could not be made durable: nothing of the batch may have
     *     been announced
     */
    void turn(List<I> inputs) throws IOException;

    /** When a turn is due without any input, in the clock's nanoseconds. */
    OptionalLong nextDeadlineNanos();

    /** What is left behind at a stop, in words for the log. */
    String leftBehind();
  }

  /**
   * What may wait.
   *
   * @param entries inputs and questions of all sources, beside the one that each source may have
   * @param bytes of all sources
   * @param entriesOfSource of one source
   * @param bytesOfSource of one source
   */
  public record Bounds(int entries, long bytes, int entriesOfSource, long bytesOfSource) {}

  private enum State {
    NEW,
    RUNNING,
    STOPPED,
    FAILED
  }

  /** What waits for the thread: an input of the machine, or a question about its state. */
  private sealed interface Work<I> {
    record Input<I>(I input) implements Work<I> {}

    record Question<I, T>(Supplier<T> question, CompletableFuture<T> answer) implements Work<I> {

      void answerNow() {
        try {
          answer.complete(question.get());
        } catch (RuntimeException failed) {
          answer.completeExceptionally(failed);
        }
      }
    }
  }

  /**
   * How long it lets what is in no hurry gather: a thousand wake-ups a second at most come of that.
   * Less than anybody waits for who has just connected.
   */
  private static final Duration REST = Duration.ofMillis(1);

  private static final Logger log = LoggerFactory.getLogger(SingleWriter.class);

  private final Turns<I> turns;
  private final NanoClock clock;
  private final FailureHandler failureHandler;
  private final Inbox<Work<I>> inbox;
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final Thread thread = Thread.ofPlatform().name("coordinator").unstarted(this::run);

  /** When the turn that runs began, on the steady timer; 0 while it waits. For liveness. */
  private volatile long turnStartedNanos;

  /** Not started yet. */
  public SingleWriter(
      Bounds bounds, Turns<I> turns, NanoClock clock, FailureHandler failureHandler) {
    this.inbox = new Inbox<>(bounds, REST);
    this.turns = turns;
    this.clock = clock;
    this.failureHandler = failureHandler;
  }

  /**
   * Starts the thread; what the caller did before, the thread sees.
   *
   * @throws IllegalStateException when it was started before; one that was stopped does not start
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
   * nothing. Waits for the end of the batch, no longer than told; then interrupts it, for it may
   * wait for a database. Does nothing when not running.
   *
   * @return whether the batch came to its end
   */
  public boolean stop(Duration atMost) throws InterruptedException {
    boolean neverRan = state.compareAndSet(State.NEW, State.STOPPED);
    state.compareAndSet(State.RUNNING, State.STOPPED);
    inbox.close();
    if (neverRan || Thread.currentThread().equals(thread) || thread.join(atMost)) {
      return true;
    }
    thread.interrupt();
    return false;
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

  /** How many inputs and questions wait. */
  public int waiting() {
    return inbox.size();
  }

  /**
   * Hands over an input, waiting for room.
   *
   * @param source whose it is, by equality
   * @param size what it takes in bytes, beside what every input takes
   * @throws CoordinatorStoppedException when nothing is taken any more
   */
  public void submit(Object source, I input, long size) {
    put(source, new Work.Input<>(input), size);
  }

  /**
   * Hands over an input and never waits, for callers that must not: beyond the {@linkplain Bounds
   * bounds}, so only for who has seen that there {@link #hasRoom is room}.
   *
   * @param source whose it is, by equality
   * @param size what it takes in bytes, beside what every input takes
   * @throws CoordinatorStoppedException when nothing is taken any more
   */
  public void submitAtOnce(Object source, I input, long size) {
    if (!inbox.putAtOnce(source, new Work.Input<>(input), size)) {
      throw new CoordinatorStoppedException();
    }
  }

  /**
   * Whether {@link #submit} would not wait with so many inputs more.
   *
   * @param source whose they are, by equality
   * @param more how many
   * @param size their bytes together
   */
  public boolean hasRoom(Object source, int more, long size) {
    return inbox.hasRoom(source, more, size);
  }

  /**
   * Hands over an input that is in no hurry and never waits, for callers that must not: beyond the
   * {@linkplain Bounds bounds}, so only for who has seen {@link #waiting} within them, or for what
   * no peer can cause.
   *
   * @param source whose it is, by equality
   * @throws CoordinatorStoppedException when nothing is taken any more
   */
  public void submitUnhurried(Object source, I input) {
    if (!inbox.putUnhurried(source, new Work.Input<>(input))) {
      throw new CoordinatorStoppedException();
    }
  }

  /**
   * Asks something between two batches, behind everything that was submitted before. The question
   * runs on the coordinator thread and must return values that do not change later.
   *
   * @return fails with {@link CoordinatorStoppedException} when nobody will answer, or with what
   *     the question threw
   */
  public <T> CompletableFuture<T> ask(Object source, Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      put(source, new Work.Question<>(question, answer), 0);
    } catch (CoordinatorStoppedException stopped) {
      answer.completeExceptionally(stopped);
    }
    return answer;
  }

  private void put(Object source, Work<I> work, long size) {
    try {
      if (!inbox.put(source, work, size)) {
        throw new CoordinatorStoppedException();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CoordinatorStoppedException();
    }
  }

  private void run() {
    try {
      while (isRunning()) {
        List<Work<I>> batch = inbox.takeAll(nanosToDeadline());
        if (!isRunning()) {
          refuse(batch);
          break;
        }
        turnStartedNanos = System.nanoTime() | 1;
        take(batch);
        turnStartedNanos = 0;
      }
      log.info("Coordinator stopped: {}", turns.leftBehind());
    } catch (Throwable failed) {
      fail(failed);
    } finally {
      inbox.close();
      refuse(remaining());
    }
  }

  private void take(List<Work<I>> batch) throws IOException {
    try {
      List<I> inputs = new ArrayList<>(batch.size());
      for (Work<I> work : batch) {
        if (work instanceof Work.Input<I>(I input)) {
          inputs.add(input);
        }
      }
      turns.turn(inputs);
    } catch (Throwable failed) {
      refuse(batch);
      throw failed;
    }
    for (Work<I> work : batch) {
      if (work instanceof Work.Question<I, ?> question) {
        question.answerNow();
      }
    }
  }

  private long nanosToDeadline() {
    OptionalLong deadline = turns.nextDeadlineNanos();
    return deadline.isEmpty()
        ? Inbox.FOREVER_NANOS
        : Math.max(0, deadline.getAsLong() - clock.nanos());
  }

  private void fail(Throwable cause) {
    inbox.close();
    if (state.compareAndSet(State.RUNNING, State.FAILED)) {
      log.error(
          "Coordinator failed; its last batch was not carried out to the end, the process ends",
          cause);
      failureHandler.coordinatorFailed(cause);
    } else {
      log.warn("Coordinator stopped in the middle of a batch", cause);
    }
  }

  private List<Work<I>> remaining() {
    try {
      return inbox.takeAll(0);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static <I> void refuse(List<Work<I>> batch) {
    for (Work<I> work : batch) {
      if (work instanceof Work.Question<I, ?> question) {
        question.answer().completeExceptionally(new CoordinatorStoppedException());
      }
    }
  }
}
