package io.rollcall.transport.dispatch;

import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.logging.LogQuota;
import io.rollcall.transport.metrics.TransportMetrics;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Takes messages from event loops and gives them to handlers on virtual threads: one per
 * connection, and only while that connection has messages. They take turns of {@value
 * Inbox#EVENTS_IN_A_TURN} events. Handlers and connection listeners that return at once need no
 * thread. Several servers and clients may share one.
 */
public final class MessageDispatcher {

  /** Most messages that wait for one connection's handler. */
  static final int MAX_MESSAGES = 1024;

  /** A field of whatever handlers log. */
  private static final String CONNECTION = "connection";

  private static final Logger log = LoggerFactory.getLogger(MessageDispatcher.class);

  private final String threadNamePrefix;
  private final int maxBytes;
  private final LongSupplier nanoTime;
  final MessageHandler handler;
  final ConnectionListener listener;
  final TransportMetrics metrics;
  final AtomicInteger queued = new AtomicInteger();
  private final LogQuota failureLines = new LogQuota(LogQuota.USUAL, System::nanoTime);

  // Those with events that no thread handles just now, the one that waits longest first.
  private final Queue<Inbox> turns = new ConcurrentLinkedQueue<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private int busy;

  // Of event loops alone: they are few. Each dispatcher has its own clock.
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable LoopShare> shares = new ThreadLocal<>();

  /**
   * Starts nothing yet.
   *
   * @param threadNamePrefix followed by the connection id
   * @param maxBytes most encoded bytes that wait for one connection's handler; a single message may
   *     have more
   */
  public MessageDispatcher(
      String threadNamePrefix,
      int maxBytes,
      MessageHandler handler,
      ConnectionListener listener,
      TransportMetrics metrics) {
    this(threadNamePrefix, maxBytes, handler, listener, metrics, System::nanoTime);
  }

  MessageDispatcher(
      String threadNamePrefix,
      int maxBytes,
      MessageHandler handler,
      ConnectionListener listener,
      TransportMetrics metrics,
      LongSupplier nanoTime) {
    this.threadNamePrefix = threadNamePrefix;
    this.maxBytes = maxBytes;
    this.handler = handler;
    this.listener = listener;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /** How long handlers take is measured with it. */
  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /**
   * The queue of one connection.
   *
   * @param connectionId for thread names and logs
   * @param room called, on a handler's thread, when {@link Inbox#offer} refused a message and there
   *     is room again
   */
  public Inbox open(String connectionId, Runnable room) {
    return new Inbox(this, connectionId, maxBytes, room);
  }

  /** Messages that wait, over all connections. */
  public int queued() {
    return queued.get();
  }

  /**
   * Waits until no handler runs and nothing waits. What is called on an event loop is not waited
   * for.
   *
   * @return whether it came to that in time
   */
  public boolean awaitIdle(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (busy > 0) {
        if (left <= 0) {
          return false;
        }
        left = idle.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What handlers may take of this event loop's time. */
  LoopShare shareOfLoop(long nowNanos) {
    LoopShare share = shares.get();
    if (share == null) {
      share = new LoopShare(nowNanos);
      shares.set(share);
    }
    return share;
  }

  /** Whether a listener may be called here and now. */
  boolean listenerReturnsAtOnce(String connectionId) {
    return returnsAtOnce(connectionId, listener::returnsAtOnce);
  }

  /** Whether the handler may be given these messages here and now. */
  boolean handlerReturnsAtOnce(String connectionId, int messages, long bytes) {
    return returnsAtOnce(connectionId, () -> handler.returnsAtOnce(connectionId, messages, bytes));
  }

  /** Whatever the answer throws, the connection goes on. */
  private boolean returnsAtOnce(String connectionId, BooleanSupplier answer) {
    try {
      return answer.getAsBoolean();
    } catch (Throwable fault) {
      logFailure(connectionId, "returnsAtOnce", fault);
      return false;
    }
  }

  /** A peer may bring it about with every message. */
  void logFailure(String connectionId, String event, Throwable fault) {
    long keptBack = failureLines.take();
    if (keptBack == LogQuota.KEPT_BACK) {
      log.debug("{} handler failed on {}", connectionId, event, fault);
    } else {
      String more = keptBack == 0 ? "" : " (" + keptBack + " more failures were kept back)";
      log.error("{} handler failed on {}{}", connectionId, event, more, fault);
    }
  }

  /** One that had no events has some. */
  void start(Inbox inbox) {
    lock.lock();
    try {
      busy++;
    } finally {
      lock.unlock();
    }
    turns.add(inbox);
    Thread.startVirtualThread(this::work);
  }

  private void work() {
    try {
      takeTurns();
    } finally {
      lock.lock();
      try {
        busy--;
        if (busy == 0) {
          idle.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * There are as many threads as inboxes that wait for a turn or have one. Which of the threads
   * goes on is the scheduler's choice, and it may be the same one again and again; so it is not a
   * thread that has the next turn, but the inbox that waits longest.
   */
  @SuppressWarnings("ThreadPriorityCheck") // A virtual thread keeps its processor until it waits.
  private void takeTurns() {
    Inbox inbox = next();
    while (inbox.turn()) {
      turns.add(inbox);
      Thread.yield(); // Others than handlers want a processor too.
      inbox = next();
    }
  }

  private Inbox next() {
    Inbox inbox = turns.remove();
    Thread.currentThread().setName(threadNamePrefix + inbox.connectionId());
    MDC.put(CONNECTION, inbox.connectionId());
    return inbox;
  }

  /** What is logged on this thread is about this connection, until that is closed. */
  MDC.MDCCloseable logsFor(Inbox inbox) {
    return MDC.putCloseable(CONNECTION, inbox.connectionId());
  }
}
