package io.rollcall.publisher.coordination;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.ScpPublisher;
import io.rollcall.scp.VotingRights;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublisherCoordinatorTests {

  private static final CrossChainTransaction XT = xt("one");

  private final ManualNanoClock clock = new ManualNanoClock();
  private final Recorder recorder = new Recorder();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final PublisherCoordinator coordinator =
      new PublisherCoordinator(
          new ScpPublisher(PublisherRules.defaults()),
          recorder,
          XtArchive.NONE,
          recorder,
          List.of(recorder, _ -> failing()),
          clock,
          failure::complete);

  @AfterEach
  void stop() throws InterruptedException {
    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void syncsThenTellsTheListenersThenThePeers() throws Exception {
    connectBoth();
    coordinator.start();
    coordinator.submit(new PublisherInput.Submitted("a", XT));
    settle();
    coordinator.submit(vote(A, true));
    coordinator.submit(vote(B, true));
    settle();

    assertThat(recorder.journal())
        .containsSubsequence(
            "append Started",
            "fact Queued",
            "send Start [a, b]",
            "fact VotingStarted",
            "append Decided",
            "fact Finished",
            "send Decision commit [a, b]");
  }

  @Test
  void takesWhatWaitsAsOneBatchWithOneSync() throws Exception {
    connectBoth();
    for (int i = 0; i < 20; i++) {
      coordinator.submit(new PublisherInput.Submitted("a", xt("x" + i, ChainId.of(i + 1))));
    }
    coordinator.start();
    settle();

    assertThat(recorder.batchSizes()).first().isEqualTo(20);
  }

  @Test
  void announcesNothingOfABatchThatCouldNotBeSynced() throws Exception {
    connectBoth();
    recorder.failNextAppend();
    coordinator.start();
    coordinator.submit(new PublisherInput.Submitted("a", XT));

    assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    assertThat(coordinator.isRunning()).isFalse();
    assertThat(recorder.journal()).noneMatch(line -> line.startsWith("send"));
    assertThat(recorder.journal()).noneMatch(line -> line.startsWith("fact"));
    assertThatExceptionOfType(CoordinatorStoppedException.class)
        .isThrownBy(() -> coordinator.submit(vote(A, true)));
  }

  @Test
  void abortsWhatTimesOutByItself() throws Exception {
    connectBoth();
    coordinator.start();
    coordinator.submit(new PublisherInput.Submitted("a", XT));
    settle();
    clock.pass(Duration.ofSeconds(4));
    settle();

    assertThat(recorder.journal()).contains("send Decision abort [a, b]");
  }

  @Test
  void answersQuestionsBetweenBatches() throws Exception {
    coordinator.start();

    assertThat(coordinator.ask(ScpPublisher::openCount).get(10, TimeUnit.SECONDS)).isZero();
    assertThat(coordinator.ask(_ -> failing()))
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void showsHowMuchTheMachineHolds() throws Exception {
    connectBoth();
    coordinator.start();
    coordinator.submit(new PublisherInput.Submitted("a", XT));
    coordinator.submit(new PublisherInput.Submitted("a", xt("two")));
    settle();

    assertThat(coordinator.load()).isEqualTo(new MachineLoad(1, 1, 0));
    assertThat(coordinator.load().total()).isEqualTo(2);
  }

  @Test
  void takesNothingAfterAStop() throws Exception {
    coordinator.start();
    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();

    assertThatExceptionOfType(CoordinatorStoppedException.class)
        .isThrownBy(() -> coordinator.submit(vote(A, true)));
    assertThat(coordinator.ask(ScpPublisher::openCount)).isCompletedExceptionally();
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(coordinator::start);
  }

  @Test
  void aConnectionThatFloodsWaitsAndAnotherOnesInputIsInTheNextBatch() throws Exception {
    connectBoth();
    coordinator.submit(new PublisherInput.Submitted("a", XT));
    coordinator.start();
    settle();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch busy = new CountDownLatch(1);
    var _ = coordinator.ask(_ -> hold(busy, release));
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();

    Thread flood = Thread.ofVirtual().start(() -> flood("b"));
    Waiting.until("the flood to wait", () -> flood.getState() == Thread.State.WAITING);
    assertThat(coordinator.waiting()).isEqualTo(PublisherCoordinator.MAX_WAITING_OF_SOURCE);
    coordinator.submit(vote(A, true));
    assertThat(coordinator.waiting()).isEqualTo(PublisherCoordinator.MAX_WAITING_OF_SOURCE + 1);
    release.countDown();

    assertThat(flood.join(Duration.ofSeconds(10))).isTrue();
    coordinator.submit(vote(B, true));
    settle();
    assertThat(recorder.journal()).contains("send Decision commit [a, b]");
  }

  /** An event loop that has asked hands over by itself, and then a handler's thread does. */
  @Test
  void hasRoomForTheMessagesOfAConnectionUntilItsShareIsTaken() throws Exception {
    connectBoth();
    int messages = 0;
    while (coordinator.hasRoom("b", 1, 100)) {
      coordinator.submit(new PublisherInput.Voted("b", B, xt("unknown").id(), true, ""));
      messages++;
    }
    // One more is that it was opened.
    assertThat(messages).isEqualTo(PublisherCoordinator.MAX_WAITING_OF_SOURCE - 1);
    assertThat(coordinator.hasRoom("a", 1, 100)).isTrue();

    Thread handler = Thread.ofVirtual().start(() -> flood("b"));
    Waiting.until("the handler to wait", () -> handler.getState() == Thread.State.WAITING);
    coordinator.start();
    assertThat(handler.join(Duration.ofSeconds(10))).isTrue();
    settle();
    assertThat(coordinator.hasRoom("b", 1, 100)).isTrue();
  }

  /** An event loop says so, and must not wait. */
  @Test
  void theEndOfAConnectionThatFloodsDoesNotWait() throws Exception {
    connectBoth();
    Thread flood = Thread.ofVirtual().start(() -> flood("b"));
    Waiting.until("the flood to wait", () -> flood.getState() == Thread.State.WAITING);
    int waiting = coordinator.waiting();

    coordinator.submit(new PublisherInput.Closed("b"));

    assertThat(coordinator.waiting()).isEqualTo(waiting + 1);
    coordinator.start();
    assertThat(flood.join(Duration.ofSeconds(10))).isTrue();
  }

  /** So whoever connects and leaves without end is held back by what is not handled yet. */
  @Test
  void whileItHasNoRoomHandlersWaitWithTheEndOfAConnection() throws Exception {
    for (int i = 0; coordinator.hasRoom(); i++) {
      String connection = "c" + i;
      coordinator.submit(opened(connection, A));
      coordinator.submit(new PublisherInput.Closed(connection));
    }
    assertThat(coordinator.waiting()).isEqualTo(PublisherCoordinator.MAX_WAITING);

    Thread handler =
        Thread.ofVirtual()
            .start(() -> {
              coordinator.submit(opened("last", A));
              coordinator.submit(new PublisherInput.Closed("last"));
            });
    Waiting.until("the handler to wait", () -> handler.getState() == Thread.State.WAITING);
    assertThat(coordinator.waiting()).isEqualTo(PublisherCoordinator.MAX_WAITING + 1);

    coordinator.start();
    assertThat(handler.join(Duration.ofSeconds(10))).isTrue();
    settle();
    assertThat(coordinator.hasRoom()).isTrue();
  }

  @Test
  void questionsWaitForQuestionsAndNoPeerForThem() throws Exception {
    for (int i = 0; i < PublisherCoordinator.MAX_WAITING_OF_SOURCE; i++) {
      var _ = coordinator.ask(ScpPublisher::openCount);
    }
    Thread asker =
        Thread.ofPlatform()
            .start(() -> {
              var _ = coordinator.ask(ScpPublisher::openCount);
            });
    Waiting.until("the asker to wait", () -> asker.getState() == Thread.State.WAITING);
    connectBoth();

    coordinator.start();
    assertThat(asker.join(Duration.ofSeconds(10))).isTrue();
  }

  private void flood(String connection) {
    for (int i = 0; i < 3 * PublisherCoordinator.MAX_WAITING_OF_SOURCE; i++) {
      coordinator.submit(new PublisherInput.Voted(connection, B, xt("unknown").id(), true, ""));
    }
  }

  private static int hold(CountDownLatch busy, CountDownLatch release) {
    busy.countDown();
    try {
      return release.await(10, TimeUnit.SECONDS) ? 1 : 0;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private void connectBoth() {
    coordinator.submit(opened("a", A));
    coordinator.submit(opened("b", B));
    coordinator.submit(
        new PublisherInput.Opened(new Peer("rest", "rest", "rest", VotingRights.unbound())));
  }

  private static PublisherInput opened(String connection, ChainId chain) {
    return new PublisherInput.Opened(
        new Peer(connection, connection, connection, VotingRights.bound(List.of(chain))));
  }

  private static PublisherInput vote(ChainId chain, boolean yes) {
    return new PublisherInput.Voted(chain.equals(A) ? "a" : "b", chain, XT.id(), yes, "");
  }

  /** Everything that was submitted before is carried out when this returns. */
  private void settle() throws Exception {
    coordinator.ask(ScpPublisher::openCount).get(10, TimeUnit.SECONDS);
    coordinator.ask(ScpPublisher::openCount).get(10, TimeUnit.SECONDS);
  }

  private static int failing() {
    throw new IllegalStateException("a listener that fails");
  }

  /** Log, gateway and listener in one, to see their order. */
  private static final class Recorder
      implements DecisionLog, SequencerGateway, FactListener<PublisherFact> {

    private final List<String> journal = new ArrayList<>();
    private final List<String> unflushed = new ArrayList<>();
    private final List<Integer> batchSizes = new ArrayList<>();
    private final List<LogRecord> replayed = new ArrayList<>();
    private boolean failing;

    synchronized void failNextAppend() {
      failing = true;
    }

    synchronized List<String> journal() {
      return List.copyOf(journal);
    }

    synchronized List<Integer> batchSizes() {
      return List.copyOf(batchSizes);
    }

    @Override
    public synchronized void append(List<LogRecord> batch) throws IOException {
      if (failing) {
        throw new IOException("the disk is full");
      }
      batchSizes.add(batch.size());
      batch.forEach(entry -> journal.add("append " + entry.getClass().getSimpleName()));
    }

    @Override
    public long replay(Consumer<LogRecord> reader) {
      replayed.forEach(reader);
      return 0;
    }

    @Override
    public boolean isDurable() {
      return true;
    }

    @Override
    public Optional<String> fault() {
      return Optional.empty();
    }

    @Override
    public void close() {}

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public String description() {
      return "test";
    }

    @Override
    public synchronized void observed(List<PublisherFact> facts) {
      facts.forEach(fact -> journal.add("fact " + fact.getClass().getSimpleName()));
    }

    @Override
    public synchronized void send(List<String> connectionIds, PublisherMessage message) {
      String what =
          switch (message) {
            case PublisherMessage.Start _ -> "Start";
            case PublisherMessage.Decision decision ->
                "Decision " + (decision.commit() ? "commit" : "abort");
          };
      unflushed.add(
          "send " + what + " " + connectionIds.stream().filter(id -> id.length() == 1).toList());
    }

    /** What is never flushed is never sent. */
    @Override
    public synchronized void flush() {
      journal.addAll(unflushed);
      unflushed.clear();
    }

    @Override
    public synchronized void resend(String connectionId, List<PublisherMessage> messages) {
      flush();
      journal.add("resend " + connectionId);
    }
  }
}
