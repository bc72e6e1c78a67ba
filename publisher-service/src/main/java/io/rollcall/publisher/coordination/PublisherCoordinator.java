package io.rollcall.publisher.coordination;

import io.rollcall.proto.XtId;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherEffect;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.ScpPublisher;
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
 * The single writer of the publisher's state.
 *
 * <p>One platform thread, {@code coordinator}, takes every input that waits, steps the machine with
 * each, appends what must not be forgotten and syncs once, and only then tells the listeners and
 * the peers. No message waits for others: the next batch is what arrived during the last sync. A
 * batch that could not be made durable is not announced: the coordinator stops for good and {@link
 * FailureHandler} ends the process.
 *
 * <p>{@link #submit} and {@link #ask} are safe for any thread and wait while {@value
 * #MAX_WAITING_OF_SOURCE} inputs of the same connection wait here (of questions, as many in all),
 * {@value #MAX_WAITING} inputs of all, or too many bytes; whoever waits stops reading its
 * connection. So a peer that floods waits for itself, and another's input has at most that many of
 * the flood before it in its batch. An event loop must not wait and is not made to: while there is
 * {@linkplain #hasRoom() room}, it need not ask others to hand over what came.
 */
public final class PublisherCoordinator
    implements InputSink, SingleWriter.Turns<PublisherInput>, Coordinator {

  private static final Logger log = LoggerFactory.getLogger(PublisherCoordinator.class);

  static final int MAX_WAITING = 8_192;
  static final int MAX_WAITING_OF_SOURCE = 256;
  private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;
  private static final long MAX_WAITING_BYTES_OF_SOURCE = MAX_WAITING_BYTES / 16;

  private static final SingleWriter.Bounds BOUNDS =
      new SingleWriter.Bounds(
          MAX_WAITING, MAX_WAITING_BYTES, MAX_WAITING_OF_SOURCE, MAX_WAITING_BYTES_OF_SOURCE);

  /** The source of all questions: HTTP has no connection id. */
  private static final Object QUESTIONS = new Object();

  /** The source of changes of the bound chains: nobody's flood keeps them waiting. */
  private static final Object BOUND = new Object();

  private final ScpPublisher machine;
  private final DecisionLog decisions;
  private final XtArchive archive;
  private final SequencerGateway gateway;
  private final List<FactListener<PublisherFact>> listeners;
  private final NanoClock clock;
  private final SingleWriter<PublisherInput> writer;

  private volatile Duration recovery = Duration.ZERO;
  private long archived;
  private volatile MachineLoad load = MachineLoad.NONE;

  /**
   * Owns the machine from now on.
   *
   * @param listeners told of every fact, in this order
   */
  public PublisherCoordinator(
      ScpPublisher machine,
      DecisionLog decisions,
      XtArchive archive,
      SequencerGateway gateway,
      List<FactListener<PublisherFact>> listeners,
      NanoClock clock,
      FailureHandler failureHandler) {
    this.machine = machine;
    this.decisions = decisions;
    this.archive = archive;
    this.gateway = gateway;
    this.listeners = List.copyOf(listeners);
    this.clock = clock;
    this.writer = new SingleWriter<>(BOUNDS, this, clock, failureHandler);
  }

  /**
   * Reads what earlier processes decided, aborts what they left open, makes that durable, and
   * starts the thread.
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
        decisions.replay(entry -> {
          var _ = machine.step(new PublisherInput.Replayed(entry), clock.nanos());
        });
    forgetWhatIsArchived(clock.nanos());
    List<PublisherEffect> aborted = machine.step(new PublisherInput.Recovered(last), clock.nanos());
    settle(aborted);
    recovery = Duration.ofNanos(System.nanoTime() - begun);
    if (decisions.isDurable()) {
      long xts = aborted.stream().filter(PublisherEffect.Append.class::isInstance).count();
      log.info(
          "Recovered from {} in {} ms: decision {} is the last, {} XTs that were open are aborted",
          decisions.description(),
          recovery.toMillis(),
          machine.decisions(),
          xts);
    }
  }

  /** How long the last start took to read the log and to abort what was open. */
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

  /** What the machine held after the last batch; costs nothing. */
  public MachineLoad load() {
    return load;
  }

  /** How many inputs wait. */
  public int waiting() {
    return writer.waiting();
  }

  /**
   * Whether an input would not have to wait now. An event loop asks before it says here that a
   * connection came or went; else a handler's thread says so, and may have to wait.
   */
  public boolean hasRoom() {
    return waiting() < MAX_WAITING;
  }

  /**
   * Whether the inputs of so many messages of a connection would not have to wait now. An event
   * loop asks before it hands them over itself.
   *
   * @param bytes of all of them
   */
  public boolean hasRoom(String connectionId, int messages, long bytes) {
    return writer.hasRoom(connectionId, messages, bytes);
  }

  @Override
  public void submit(PublisherInput input) {
    Object source = source(input);
    if (Thread.currentThread().isVirtual() || !(source instanceof String)) {
      writer.submit(source, input, size(input));
    } else if (input instanceof PublisherInput.Opened || input instanceof PublisherInput.Closed) {
      // An event loop. It has asked for room, so it goes beyond the bounds by no more than this.
      writer.submitUnhurried(source, input);
    } else {
      // The same, and by no more than it has asked for, once for each event loop.
      writer.submitAtOnce(source, input, size(input));
    }
  }

  /**
   * Asks the machine something between two batches. The function runs on the coordinator thread and
   * must return values that do not change later.
   *
   * @return fails with {@link CoordinatorStoppedException} when nobody will answer, or with what
   *     the function threw
   */
  public <T> CompletableFuture<T> ask(Function<ScpPublisher, T> function) {
    return writer.ask(QUESTIONS, () -> function.apply(machine));
  }

  private static Object source(PublisherInput input) {
    return switch (input) {
      case PublisherInput.Opened(var peer) -> peer.connectionId();
      case PublisherInput.Closed(String connectionId) -> connectionId;
      case PublisherInput.Submitted(String connectionId, _) -> connectionId;
      case PublisherInput.Malformed(String connectionId, _, _) -> connectionId;
      case PublisherInput.Voted(String connectionId, _, _, _, _) -> connectionId;
      case PublisherInput.Bound _ -> BOUND;
      case PublisherInput.Replayed _,
          PublisherInput.Recovered _,
          PublisherInput.Archived _,
          PublisherInput.Recalled _,
          PublisherInput.Synced _,
          PublisherInput.Tick _ ->
          QUESTIONS;
    };
  }

  private static long size(PublisherInput input) {
    return switch (input) {
      case PublisherInput.Submitted(_, var xt) -> xt.encoded().size();
      case PublisherInput.Voted(_, _, _, _, String reason) -> reason.length();
      default -> 0;
    };
  }

  @Override
  public void turn(List<PublisherInput> inputs) throws IOException {
    long now = clock.nanos();
    forgetWhatIsArchived(now);
    List<PublisherEffect> effects = new ArrayList<>();
    for (PublisherInput input : inputs) {
      recall(input, now);
      effects.addAll(machine.step(input, now));
    }
    OptionalLong deadline = machine.nextDeadlineNanos();
    if (deadline.isPresent() && deadline.getAsLong() <= now) {
      effects.addAll(machine.step(new PublisherInput.Tick(), now));
    }
    settle(effects);
  }

  private void settle(List<PublisherEffect> effects) throws IOException {
    List<PublisherEffect> next = effects;
    while (carryOut(next)) {
      next = machine.step(new PublisherInput.Synced(), clock.nanos());
    }
    load = new MachineLoad(machine.openCount(), machine.queued(), machine.rememberedOutcomes());
  }

  private void forgetWhatIsArchived(long now) {
    long number = archive.archived();
    if (number != archived) {
      archived = number;
      var _ = machine.step(new PublisherInput.Archived(number), now);
    }
  }

  /** What memory has forgotten is asked for before the machine could take it for new. */
  private void recall(PublisherInput input, long now) throws IOException {
    XtId id =
        switch (input) {
          case PublisherInput.Submitted(_, var xt) -> xt.id();
          case PublisherInput.Malformed(_, XtId malformed, _) -> malformed;
          case PublisherInput.Voted(_, _, XtId voted, _, _) -> voted;
          default -> null;
        };
    if (id == null || machine.knows(id)) {
      return;
    }
    Optional<XtArchive.XtOutcomeView> outcome = archive.outcome(id);
    if (outcome.isPresent()) {
      boolean commit = outcome.get().commit();
      var _ = machine.step(new PublisherInput.Recalled(id, commit, outcome.get().reason()), now);
    }
  }

  @Override
  public OptionalLong nextDeadlineNanos() {
    return machine.nextDeadlineNanos();
  }

  @Override
  public String leftBehind() {
    return machine.openCount() + " XTs were open and " + machine.queued() + " waited";
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
    FactListener.tell(listeners, facts);
    for (PublisherEffect effect : effects) {
      switch (effect) {
        case PublisherEffect.Send(var connectionIds, var message) ->
            gateway.send(connectionIds, message);
        case PublisherEffect.Resend(var connectionId, var messages) ->
            gateway.resend(connectionId, messages);
        case PublisherEffect.Append _, PublisherEffect.Observed _ -> {}
      }
    }
    gateway.flush();
    return !records.isEmpty();
  }
}
