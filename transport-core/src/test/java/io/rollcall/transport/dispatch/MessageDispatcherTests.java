package io.rollcall.transport.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.logging.LogQuota;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.ConnectionInfos;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.RecordingHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class MessageDispatcherTests {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RecordingHandler recorded = new RecordingHandler();

  @Test
  void reportsOpenedBeforeTheFirstMessageAndClosedAfterTheLast() {
    Inbox inbox = dispatcher(recorded, 1000).open("a", () -> fail("nothing was refused"));
    inbox.opened(ConnectionInfos.trusted("a"));
    assertThat(inbox.offer(message("a", 10))).isTrue();
    inbox.closed(ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "bye");
    assertThat(recorded.next()).isEqualTo("opened c-a");
    assertThat(recorded.next()).isEqualTo("message a");
    assertThat(recorded.next()).isEqualTo("closed c-a");
  }

  @Test
  void aListenerThatReturnsAtOnceIsCalledWhereTheConnectionIs() {
    ListenerHere listener = new ListenerHere();
    Inbox inbox = dispatcher(message -> {}, listener).open("a", () -> {});
    AtomicBoolean handled = new AtomicBoolean();

    inbox.opened(ConnectionInfos.trusted("a"), CompletableFuture.completedFuture(null));
    inbox.closed(
        ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "bye", () -> handled.set(true));

    assertThat(listener.heard).containsExactly("opened c-a for a", "closed c-a for a");
    assertThat(listener.threads).containsOnly(Thread.currentThread());
    assertThat(handled).isTrue();
    assertThat(MDC.get("connection")).as("of this thread").isNull();
  }

  @Test
  void aListenerThatReturnsAtOnceDoesNotOvertakeAMessage() throws Exception {
    ListenerHere listener = new ListenerHere();
    CountDownLatch go = new CountDownLatch(1);
    MessageDispatcher dispatcher =
        dispatcher(
            message -> {
              await(go);
              listener.heard.add("message");
            },
            listener);
    Inbox inbox = dispatcher.open("a", () -> {});
    inbox.opened(ConnectionInfos.trusted("a"), CompletableFuture.completedFuture(null));
    assertThat(inbox.offer(message("a", 1))).isTrue();
    inbox.handOver();
    inbox.closed(ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "bye");
    assertThat(listener.heard).containsExactly("opened c-a for a");
    go.countDown();

    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(listener.heard).containsExactly("opened c-a for a", "message", "closed c-a for a");
  }

  @Test
  void aListenerThatReturnsAtOnceWaitsForThoseWhosePlaceTheConnectionTakes() throws Exception {
    ListenerHere listener = new ListenerHere();
    MessageDispatcher dispatcher = dispatcher(message -> {}, listener);
    Inbox inbox = dispatcher.open("a", () -> {});
    CompletableFuture<Void> before = new CompletableFuture<>();
    inbox.opened(ConnectionInfos.trusted("a"), before);
    inbox.closed(ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "bye");
    assertThat(listener.heard).isEmpty();

    before.complete(null);

    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(listener.heard).containsExactly("opened c-a for a", "closed c-a for a");
  }

  @Test
  void aListenerThatFailsOnTheEventLoopIsLoggedAndTheConnectionEnds() {
    ListenerHere listener = new ListenerHere();
    listener.failure = new IllegalStateException("on purpose");
    AtomicBoolean handled = new AtomicBoolean();
    try (LogCapture log = LogCapture.of(MessageDispatcher.class)) {
      Inbox inbox = dispatcher(message -> {}, listener).open("a", () -> {});
      inbox.opened(ConnectionInfos.trusted("a"), CompletableFuture.completedFuture(null));
      inbox.closed(
          ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "bye", () -> handled.set(true));
      assertThat(log.lines(Level.ERROR))
          .containsExactly("a handler failed on opened", "a handler failed on closed");
    }
    assertThat(handled).isTrue();
  }

  @Test
  void aHandlerThatReturnsAtOnceIsCalledWhereTheConnectionIs() {
    HandlerHere handler = new HandlerHere();
    MessageDispatcher dispatcher = dispatcher(handler);
    Inbox inbox = dispatcher.open("a", () -> fail("nothing was refused"));
    for (int read = 0; read < 1000; read++) {
      assertThat(inbox.offer(message("a", 400))).isTrue();
      assertThat(inbox.offer(message("a", 600))).isTrue();
      inbox.handOver();
    }
    assertThat(handler.sizes).hasSize(2000).startsWith(400, 600, 400, 600);
    assertThat(handler.threads).containsOnly(Thread.currentThread());
    assertThat(handler.asked).containsOnly("2 of a with 1000 bytes");
    assertThat(handler.contexts).containsOnly("a");
    assertThat(MDC.get("connection")).as("of this thread").isNull();
    assertThat(dispatcher.queued()).isZero();
  }

  @Test
  void aHandlerThatReturnsAtOnceOvertakesNothing() throws Exception {
    HandlerHere handler = new HandlerHere();
    CountDownLatch go = new CountDownLatch(1);
    handler.first = () -> await(go);
    handler.returnsAtOnce = () -> false;
    MessageDispatcher dispatcher = dispatcher(handler);
    Inbox inbox = dispatcher.open("a", () -> {});
    inbox.offer(message("a", 1));
    inbox.handOver();
    handler.returnsAtOnce = () -> true;
    inbox.offer(message("a", 2));
    inbox.handOver();
    assertThat(handler.asked).as("with another before it there is nothing to ask").hasSize(1);
    go.countDown();

    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(handler.sizes).containsExactly(1, 2);
    inbox.offer(message("a", 3));
    inbox.handOver();
    assertThat(handler.sizes).containsExactly(1, 2, 3);
    assertThat(handler.threads).contains(Thread.currentThread());
  }

  @Test
  void whatAHandlerOnTheEventLoopBringsAboutComesAfterItsMessages() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    HandlerHere handler = new HandlerHere();
    handler.each = size -> heard.add("message " + size);
    ListenerHere listener = new ListenerHere();
    listener.heard = heard;
    MessageDispatcher dispatcher =
        new MessageDispatcher("test-", 1000, handler, listener, TransportMetrics.NOOP, () -> 0);
    Inbox inbox = dispatcher.open("a", () -> {});
    handler.first =
        () -> inbox.closed(ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "it said so");
    inbox.offer(message("a", 1));
    inbox.offer(message("a", 2));
    inbox.handOver();
    assertThat(heard).startsWith("message 1", "message 2");

    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(heard).containsExactly("message 1", "message 2", "closed c-a for a");
    assertThat(listener.threads).doesNotContain(Thread.currentThread());
  }

  @Test
  void aThreadGoesOnWithWhatTakesTheEventLoopLong() throws Exception {
    AtomicLong clock = new AtomicLong();
    HandlerHere handler = new HandlerHere();
    handler.each = size -> clock.addAndGet(Inbox.NANOS_HERE / 2);
    MessageDispatcher dispatcher = dispatcher(handler, clock::get);
    Inbox inbox = dispatcher.open("a", () -> {});
    for (int size = 1; size <= 4; size++) {
      inbox.offer(message("a", size));
    }
    inbox.handOver();

    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(handler.sizes).containsExactly(1, 2, 3, 4);
    assertThat(handler.threadOf(2)).isSameAs(Thread.currentThread());
    assertThat(handler.threadOf(3)).isNotSameAs(Thread.currentThread());
    assertThat(dispatcher.queued()).isZero();
  }

  @Test
  void handlersHaveHalfOfAnEventLoopsTimeAndThenThreads() throws Exception {
    AtomicLong clock = new AtomicLong();
    HandlerHere handler = new HandlerHere();
    handler.each = size -> clock.addAndGet(LoopShare.WINDOW_NANOS / 4);
    MessageDispatcher dispatcher = dispatcher(handler, clock::get);
    for (int connection = 1; connection <= 3; connection++) {
      Inbox inbox = dispatcher.open("c" + connection, () -> {});
      inbox.offer(message("c" + connection, connection));
      inbox.handOver();
      assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    }

    assertThat(handler.threadOf(2)).isSameAs(Thread.currentThread());
    assertThat(handler.threadOf(3)).isNotSameAs(Thread.currentThread());
  }

  @Test
  void muchAtOnceIsForAHandlersThread() throws Exception {
    HandlerHere handler = new HandlerHere();
    MessageDispatcher dispatcher = dispatcher(handler);
    Inbox inbox = dispatcher.open("a", () -> {});
    inbox.offer(message("a", Inbox.MAX_BYTES_HERE));
    inbox.handOver();
    assertThat(handler.sizes).as("so much may be").containsExactly(Inbox.MAX_BYTES_HERE);
    handler.asked.clear();
    handler.threads.clear();
    inbox.offer(message("a", Inbox.MAX_BYTES_HERE));
    inbox.offer(message("a", 1));
    inbox.handOver();

    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(handler.sizes).containsExactly(Inbox.MAX_BYTES_HERE, Inbox.MAX_BYTES_HERE, 1);
    assertThat(handler.asked).isEmpty();
    assertThat(handler.threads).doesNotContain(Thread.currentThread());
  }

  @Test
  void aHandlerThatFailsOnTheEventLoopIsLoggedAndTheNextMessageIsHandled() {
    HandlerHere handler = new HandlerHere();
    handler.first =
        () -> {
          throw new IllegalStateException("on purpose");
        };
    try (LogCapture log = LogCapture.of(MessageDispatcher.class)) {
      Inbox inbox = dispatcher(handler).open("a", () -> {});
      inbox.offer(message("a", 1));
      inbox.offer(message("a", 2));
      inbox.handOver();
      assertThat(handler.sizes).containsExactly(1, 2);
      assertThat(log.lines(Level.ERROR)).containsExactly("a handler failed on PAYLOAD_NOT_SET");
    }
  }

  @Test
  void aHandlerThatCannotTellWhetherItWouldWaitHasAThread() throws Exception {
    HandlerHere handler = new HandlerHere();
    handler.returnsAtOnce =
        () -> {
          throw new IllegalStateException("not now");
        };
    MessageDispatcher dispatcher = dispatcher(handler);
    try (LogCapture log = LogCapture.of(MessageDispatcher.class)) {
      Inbox inbox = dispatcher.open("a", () -> {});
      inbox.offer(message("a", 1));
      inbox.handOver();
      assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
      assertThat(log.lines(Level.ERROR)).containsExactly("a handler failed on returnsAtOnce");
    }
    assertThat(handler.threads).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void keepsTheOrderOfOneConnection() throws Exception {
    List<Integer> sizes = new ArrayList<>(); // Safe: one message at a time.
    CountDownLatch done = new CountDownLatch(500);
    MessageDispatcher dispatcher =
        dispatcher(
            message -> {
              sizes.add(message.encoded().size());
              done.countDown();
            },
            1 << 20);
    Inbox inbox = dispatcher.open("a", () -> {});
    List<Integer> expected = new ArrayList<>();
    for (int size = 1; size <= 500; size++) {
      expected.add(size);
      assertThat(inbox.offer(message("a", size))).isTrue();
    }
    inbox.handOver();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(sizes).isEqualTo(expected);
    assertThat(dispatcher.queued()).isZero();
  }

  /** The thread of the one before is about to end when the next comes. */
  @Test
  void handlesEveryMessageOnceThoughTheyComeOneByOne() throws Exception {
    int many = 20_000;
    AtomicInteger handled = new AtomicInteger();
    MessageDispatcher dispatcher = dispatcher(message -> handled.incrementAndGet(), 1 << 20);
    Inbox inbox = dispatcher.open("a", () -> {});
    InboundMessage message = message("a", 1);
    for (int i = 1; i <= many; i++) {
      assertThat(inbox.offer(message)).isTrue();
      inbox.handOver();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (handled.get() < i && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
    }
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(handled).hasValue(many);
    assertThat(dispatcher.queued()).isZero();
  }

  @Test
  void aPeerThatCausesAFailureWithEveryMessageDoesNotFillTheLog() throws Exception {
    MessageDispatcher dispatcher =
        dispatcher(
            message -> {
              throw new IllegalStateException("on purpose");
            },
            1 << 20);
    try (LogCapture log = LogCapture.of(MessageDispatcher.class)) {
      Inbox inbox = dispatcher.open("a", () -> {});
      for (int i = 0; i < 100; i++) {
        assertThat(inbox.offer(message("a", 1))).isTrue();
      }
      inbox.handOver();
      assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
      assertThat(log.lines(Level.ERROR)).hasSize(LogQuota.USUAL);
      assertThat(log.lines(Level.DEBUG)).hasSize(100 - LogQuota.USUAL);
    }
  }

  /**
   * Handlers that never block would else keep every processor until their queues are empty. These
   * do not become empty before the other message was handled. That comes from another thread, as
   * from another event loop: the scheduler of virtual threads has a queue for each.
   */
  @RepeatedTest(20)
  void floodsOnAllProcessorsLetAnotherConnectionsMessageThrough() throws Exception {
    int floods = Runtime.getRuntime().availableProcessors();
    CountDownLatch spinning = new CountDownLatch(floods);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch otherHandled = new CountDownLatch(1);
    AtomicBoolean inTime = new AtomicBoolean(true);
    Map<String, Integer> handled = new ConcurrentHashMap<>();
    MessageDispatcher dispatcher =
        dispatcher(
            message -> {
              if (message.connectionId().equals("other")) {
                otherHandled.countDown();
                return;
              }
              int count = handled.merge(message.connectionId(), 1, Integer::sum);
              if (count == 1) {
                spinning.countDown();
                spin(go);
              } else if (count == MessageDispatcher.MAX_MESSAGES && !spin(otherHandled)) {
                inTime.set(false);
              }
            },
            1 << 20);
    for (int flood = 0; flood < floods; flood++) {
      Inbox inbox = dispatcher.open("flood " + flood, () -> {});
      for (int i = 0; i < MessageDispatcher.MAX_MESSAGES; i++) {
        assertThat(inbox.offer(message("flood " + flood, 1))).isTrue();
      }
    }
    assertThat(spinning.await(10, TimeUnit.SECONDS)).isTrue();
    Inbox other = dispatcher.open("other", () -> {});
    Thread elsewhere =
        Thread.ofPlatform()
            .start(() -> {
              other.offer(message("other", 1));
              other.handOver();
            });
    assertThat(elsewhere.join(PATIENCE)).isTrue();
    go.countDown();

    assertThat(otherHandled.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(inTime).as("before the floods were over").isTrue();
  }

  @Test
  void gathersUntilItIsToldToHandOverOrATurnIsFull() {
    MessageDispatcher dispatcher = dispatcher(recorded, 1000);
    Inbox inbox = dispatcher.open("a", () -> {});
    for (int i = 0; i < Inbox.EVENTS_IN_A_TURN - 1; i++) {
      inbox.offer(message("a", 1));
    }
    assertThat(dispatcher.queued()).isZero();
    inbox.offer(message("a", 1));
    for (int i = 0; i < Inbox.EVENTS_IN_A_TURN; i++) {
      assertThat(recorded.next()).isEqualTo("message a");
    }
    inbox.offer(message("a", 1));
    inbox.handOver();
    assertThat(recorded.next()).isEqualTo("message a");
  }

  /** What was gathered counts, and what refuses hands it over: else nobody would make room. */
  @Test
  void whatIsGatheredIsHandedOverBeforeAMessageIsRefused() throws Exception {
    CountDownLatch room = new CountDownLatch(1);
    Inbox inbox = dispatcher(recorded, 100).open("a", room::countDown);
    assertThat(inbox.offer(message("a", 100))).isTrue();
    while (!inbox.offer(message("a", 1))) {
      assertThat(room.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(recorded.next()).isEqualTo("message a");
  }

  @Test
  void aHandlerThatTakesLongGivesRoomAfterEachMessage() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch stays = new CountDownLatch(1);
    CountDownLatch room = new CountDownLatch(1);
    MessageDispatcher dispatcher =
        dispatcher(
            message -> {
              if (message.encoded().size() == 40) {
                await(stays);
              } else {
                await(go);
                long end = System.nanoTime() + Duration.ofMillis(2).toNanos();
                while (System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
              }
            },
            100);
    Inbox inbox = dispatcher.open("a", room::countDown);
    assertThat(inbox.offer(message("a", 60))).isTrue();
    assertThat(inbox.offer(message("a", 40))).isTrue();
    assertThat(inbox.offer(message("a", 1))).isFalse();
    go.countDown();
    assertThat(room.await(10, TimeUnit.SECONDS)).isTrue();
    stays.countDown();
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
  }

  @Test
  void handlesTwoConnectionsAtTheSameTime() throws Exception {
    CyclicBarrier both = new CyclicBarrier(3);
    MessageDispatcher dispatcher = dispatcher(message -> meet(both), 1000);
    for (String connection : List.of("a", "b")) {
      Inbox inbox = dispatcher.open(connection, () -> {});
      inbox.offer(message(connection, 1));
      inbox.handOver();
    }
    both.await(10, TimeUnit.SECONDS); // Each handler waits for the other.
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
  }

  @Test
  void refusesMoreThanItsBoundOfBytesAndCallsWhenThereIsRoom() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch room = new CountDownLatch(1);
    MessageDispatcher dispatcher = dispatcher(message -> await(go), 100);
    Inbox inbox = dispatcher.open("a", room::countDown);
    assertThat(inbox.offer(message("a", 60))).isTrue();
    assertThat(inbox.offer(message("a", 40))).isTrue();
    assertThat(inbox.offer(message("a", 1))).isFalse();
    inbox.closed(ConnectionInfos.trusted("a"), CloseReason.REQUESTED, "");
    assertThat(room.getCount()).isEqualTo(1);
    go.countDown();
    assertThat(room.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(inbox.offer(message("a", 1000))).as("one message always fits").isTrue();
  }

  @Test
  void refusesMoreThanItsBoundOfMessages() {
    CountDownLatch go = new CountDownLatch(1);
    Inbox inbox = dispatcher(message -> await(go), 1 << 20).open("a", () -> {});
    for (int i = 0; i < MessageDispatcher.MAX_MESSAGES; i++) {
      assertThat(inbox.offer(message("a", 1))).isTrue();
    }
    assertThat(inbox.offer(message("a", 1))).isFalse();
    go.countDown();
  }

  @Test
  void goesOnAfterAHandlerThrew() {
    MessageHandler throwing =
        message -> {
          if (message.encoded().size() == 1) {
            throw new IllegalStateException("boom");
          }
          recorded.handle(message);
        };
    try (LogCapture log = LogCapture.of(MessageDispatcher.class)) {
      Inbox inbox = dispatcher(throwing, 100).open("a", () -> {});
      inbox.offer(message("a", 1));
      inbox.offer(message("a", 2));
      inbox.handOver();
      assertThat(recorded.nextMessage().encoded().size()).isEqualTo(2);
      assertThat(log.lines(Level.ERROR)).containsExactly("a handler failed on PAYLOAD_NOT_SET");
    }
  }

  @Test
  void aSuccessorsHandlerBeginsWhenThatOfTheConnectionBeforeIsDone() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    MessageDispatcher dispatcher =
        dispatcher(
            message -> {
              await(go);
              recorded.handle(message);
            },
            100);
    CompletableFuture<Void> handled = new CompletableFuture<>();
    Inbox before = dispatcher.open("before", () -> {});
    before.opened(ConnectionInfos.trusted("before"));
    before.offer(message("before", 1));
    Inbox after = dispatcher.open("after", () -> {});
    after.opened(ConnectionInfos.trusted("after"), handled);
    assertThat(after.offer(message("after", 100))).isTrue();
    assertThat(after.offer(message("after", 1))).as("its bound holds as ever").isFalse();
    before.offer(message("before", 90));
    assertThat(before.offer(message("before", 10))).isFalse();
    before.offerLast(message("before", 10));
    before.closed(
        ConnectionInfos.trusted("before"), CloseReason.THROTTLED, "", () -> handled.complete(null));
    go.countDown();
    assertThat(dispatcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(List.of(recorded.next(), recorded.next(), recorded.next(), recorded.next()))
        .containsExactly("opened c-before", "message before", "message before", "message before");
    assertThat(List.of(recorded.next(), recorded.next(), recorded.next()))
        .containsExactly("closed c-before", "opened c-after", "message after");
    assertThat(dispatcher.queued()).isZero();
  }

  @Test
  void aListenerThatWouldWaitNowIsCalledByAHandlerAndInOrder() throws Exception {
    ListenerHere listener = new ListenerHere();
    MessageDispatcher dispatcher = dispatcher(recorded, listener);
    Inbox inbox = dispatcher.open("a", () -> {});
    inbox.opened(ConnectionInfos.trusted("a"), CompletableFuture.completedFuture(null));
    assertThat(listener.threads).containsExactly(Thread.currentThread());

    listener.returnsAtOnce = () -> false;

    assertThat(handlerOfTheEnd(inbox).isVirtual()).isTrue();
    assertThat(listener.heard).containsExactly("opened c-a for a", "closed c-a for a");
    assertThat(listener.threads).hasSize(2);
  }

  @Test
  void aListenerThatCannotTellWhetherItWouldWaitIsCalledByAHandler() throws Exception {
    ListenerHere listener = new ListenerHere();
    listener.returnsAtOnce =
        () -> {
          throw new IllegalStateException("not now");
        };
    Inbox inbox = dispatcher(recorded, listener).open("a", () -> {});
    try (LogCapture log = LogCapture.of(MessageDispatcher.class)) {
      inbox.opened(ConnectionInfos.trusted("a"), CompletableFuture.completedFuture(null));

      assertThat(handlerOfTheEnd(inbox).isVirtual()).isTrue();
      assertThat(listener.heard).containsExactly("opened c-a for a", "closed c-a for a");
      assertThat(log.lines(Level.ERROR)).first().isEqualTo("a handler failed on returnsAtOnce");
    }
  }

  /** The thread that was told of the connection's end. */
  private static Thread handlerOfTheEnd(Inbox inbox) throws Exception {
    CompletableFuture<Thread> handled = new CompletableFuture<>();
    inbox.closed(
        ConnectionInfos.trusted("a"),
        CloseReason.REQUESTED,
        "",
        () -> handled.complete(Thread.currentThread()));
    return handled.get(10, TimeUnit.SECONDS);
  }

  private static final class HandlerHere implements MessageHandler {
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Set<@Nullable String> contexts = ConcurrentHashMap.newKeySet();
    private final List<String> asked = new ArrayList<>();
    private volatile BooleanSupplier returnsAtOnce = () -> true;
    private IntConsumer each = size -> {};
    private @Nullable Runnable first;

    Thread threadOf(int size) {
      return threads.get(sizes.indexOf(size));
    }

    @Override
    public void handle(InboundMessage message) {
      sizes.add(message.encoded().size());
      threads.add(Thread.currentThread());
      contexts.add(MDC.get("connection"));
      each.accept(message.encoded().size());
      Runnable then = first;
      first = null;
      if (then != null) {
        then.run();
      }
    }

    @Override
    public boolean returnsAtOnce(String connectionId, int messages, long bytes) {
      asked.add(messages + " of " + connectionId + " with " + bytes + " bytes");
      return returnsAtOnce.getAsBoolean();
    }
  }

  /** Whose handlers take no time. */
  private MessageDispatcher dispatcher(HandlerHere handler) {
    return dispatcher(handler, () -> 0);
  }

  private MessageDispatcher dispatcher(HandlerHere handler, LongSupplier nanoTime) {
    return new MessageDispatcher(
        "test-", 1 << 20, handler, recorded, TransportMetrics.NOOP, nanoTime);
  }

  private MessageDispatcher dispatcher(MessageHandler handler, int maxBytes) {
    return new MessageDispatcher("test-", maxBytes, handler, recorded, TransportMetrics.NOOP);
  }

  private static MessageDispatcher dispatcher(MessageHandler handler, ConnectionListener listener) {
    return new MessageDispatcher("test-", 1000, handler, listener, TransportMetrics.NOOP);
  }

  private static InboundMessage message(String connection, int size) {
    return new InboundMessage(
        connection,
        new PeerIdentity.Unauthenticated(),
        Message.getDefaultInstance(),
        ByteString.copyFrom(new byte[size]));
  }

  /** Keeps the processor, as a handler that computes does; false when that takes too long. */
  private static boolean spin(CountDownLatch until) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (until.getCount() > 0) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not released");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns at once, and remembers what it heard, where, and what a line of its log would name. */
  private static final class ListenerHere implements ConnectionListener {
    List<String> heard = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    @Nullable RuntimeException failure;
    volatile BooleanSupplier returnsAtOnce = () -> true;

    @Override
    public boolean returnsAtOnce() {
      return returnsAtOnce.getAsBoolean();
    }

    @Override
    public void opened(ConnectionInfo connection) {
      hear("opened " + connection.id());
    }

    @Override
    public void closed(ConnectionInfo connection, CloseReason reason, String details) {
      hear("closed " + connection.id());
    }

    private void hear(String what) {
      RuntimeException thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
      heard.add(what + " for " + MDC.get("connection"));
      threads.add(Thread.currentThread());
    }
  }
}
