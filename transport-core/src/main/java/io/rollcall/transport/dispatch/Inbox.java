package io.rollcall.transport.dispatch;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the handler of one connection: in order, at most 1,024 messages and the
 * dispatcher's bytes (or one message). At the bound {@link #offer} refuses, and whoever reads the
 * socket stops reading; {@code opened} and {@code closed} always find room, or are handled at once.
 *
 * <p>Messages are handed over in batches, because waking the handler costs more than most of what
 * it does: they are gathered until {@link #handOver}, which comes at the end of each read. What a
 * handler would be done with {@linkplain MessageHandler#returnsAtOnce at once} wakes nobody. All
 * methods belong to one thread, the connection's event loop.
 */
public final class Inbox {

  /** After so many events in a row, and the rest of their batch, others have their turn first. */
  static final int EVENTS_IN_A_TURN = 64;

  /** Most encoded bytes that are handled on the event loop: checking more takes its time. */
  static final int MAX_BYTES_HERE = 16 * 1024;

  /** How long messages of one read are handled on the event loop; a thread goes on with others. */
  static final long NANOS_HERE = 200_000;

  private final MessageDispatcher dispatcher;
  private final String connectionId;
  private final int maxBytes;
  private final Runnable room;

  /** As long as the batch may wait for what its handler is done with to be given back. */
  private static final long DONE_AFTER_NANOS = Duration.ofMillis(1).toNanos();

  // The event loop's.
  private List<Event> gathered = new ArrayList<>(1);
  private int gatheredMessages;
  private long gatheredBytes;

  private final ReentrantLock lock = new ReentrantLock();
  // The event loop alone makes them more. A message counts until its handler is done with it.
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  // Under the lock.
  private final Deque<List<Event>> waiting = new ArrayDeque<>(1);
  private boolean running;
  private boolean refused;

  Inbox(MessageDispatcher dispatcher, String connectionId, int maxBytes, Runnable room) {
    this.dispatcher = dispatcher;
    this.connectionId = connectionId;
    this.maxBytes = maxBytes;
    this.room = room;
  }

  /** The connection was admitted. */
  public void opened(ConnectionInfo info) {
    add(new Opened(info));
  }

  /**
   * The connection was admitted, and takes the place of others: its handler sees nothing of it
   * before theirs are done. Until then what comes waits here, within the usual bounds.
   *
   * @param before done when theirs are; they need not end well
   */
  public void opened(ConnectionInfo info, CompletableFuture<?> before) {
    if (before.isDone() && dispatcher.listenerReturnsAtOnce(connectionId)) {
      handleHere(new Opened(info));
      return;
    }
    lock.lock();
    try {
      waiting.addLast(List.of(new Opened(info)));
      running = true;
    } finally {
      lock.unlock();
    }
    var _ = before.whenComplete((done, fault) -> dispatcher.start(this));
  }

  /** The connection is gone; nothing may follow. */
  public void closed(ConnectionInfo info, CloseReason reason, String details) {
    closed(info, reason, details, () -> {});
  }

  /**
   * The same, and something waits for it.
   *
   * @param handled called, on the handler's thread, when the handler is done with all of it; on
   *     this one where the listener {@linkplain ConnectionListener#returnsAtOnce returns at once}
   */
  public void closed(ConnectionInfo info, CloseReason reason, String details, Runnable handled) {
    Closed closed = new Closed(info, reason, details, handled);
    if (gathered.isEmpty() && isIdle() && dispatcher.listenerReturnsAtOnce(connectionId)) {
      handleHere(closed);
      handled.run();
    } else {
      add(closed);
    }
  }

  /** Whether nothing was handed over that must not be overtaken. */
  private boolean isIdle() {
    lock.lock();
    try {
      return !running;
    } finally {
      lock.unlock();
    }
  }

  private void handleHere(Event event) {
    try (var _ = dispatcher.logsFor(this)) {
      handle(event);
    }
  }

  /**
   * Queues a message that may not be lost, beyond the bounds: one that came from a connection that
   * is about to be ended by this side.
   */
  public void offerLast(InboundMessage message) {
    gather(message);
    wake();
  }

  /**
   * Gathers a message if there is room, for the next {@link #handOver}.
   *
   * @return false when there is none; then the caller keeps it and offers it again after {@code
   *     room} was called
   */
  public boolean offer(InboundMessage message) {
    int size = message.encoded().size();
    if (isFullFor(size)) {
      // Nothing is given back for what nobody handles.
      wake();
      lock.lock();
      try {
        if (isFullFor(size)) {
          refused = true;
          return false;
        }
      } finally {
        lock.unlock();
      }
    }
    gather(message);
    if (gatheredMessages == EVENTS_IN_A_TURN) {
      wake();
    }
    return true;
  }

  /** Only the event loop makes it more, so what it sees may be too much and never too little. */
  private boolean isFullFor(int size) {
    int there = messages.get() + gatheredMessages;
    return there > 0
        && (there >= MessageDispatcher.MAX_MESSAGES
            || bytes.get() + gatheredBytes + size > maxBytes);
  }

  private void gather(InboundMessage message) {
    gathered.add(new Received(message));
    gatheredMessages++;
    gatheredBytes += message.encoded().size();
  }

  /**
   * At the end of a read: what was gathered, messages alone, goes to the handler. That is called
   * here and now where it returns at once, nothing waits for it and the event loop has time.
   */
  public void handOver() {
    if (gatheredMessages > 0 && gatheredBytes <= MAX_BYTES_HERE && isIdle()) {
      long begun = dispatcher.nanoTime();
      LoopShare share = dispatcher.shareOfLoop(begun);
      if (share.isLeft(begun)
          && dispatcher.handlerReturnsAtOnce(connectionId, gatheredMessages, gatheredBytes)) {
        handleGatheredHere();
        share.took(dispatcher.nanoTime() - begun);
        return;
      }
    }
    wake();
  }

  private void handleGatheredHere() {
    List<Event> batch = takeGathered();
    startHere();
    int handled = batch.size();
    try (var _ = dispatcher.logsFor(this)) {
      handled = handle(batch, NANOS_HERE);
    } finally {
      endHere(batch.subList(handled, batch.size()));
    }
  }

  /** What the handler itself brings about here, as the end of its connection, waits for it. */
  private void startHere() {
    lock.lock();
    try {
      running = true;
    } finally {
      lock.unlock();
    }
  }

  private void endHere(List<Event> left) {
    lock.lock();
    try {
      if (!left.isEmpty()) {
        waiting.addFirst(left);
      }
      running = false;
      if (!waiting.isEmpty()) {
        startIfIdle();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What was gathered goes to the handler's thread. */
  private void wake() {
    if (gathered.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      waiting.addLast(takeGathered());
      startIfIdle();
    } finally {
      lock.unlock();
    }
  }

  private List<Event> takeGathered() {
    List<Event> taken = gathered;
    dispatcher.queued.addAndGet(gatheredMessages);
    messages.addAndGet(gatheredMessages);
    bytes.addAndGet(gatheredBytes);
    gathered = new ArrayList<>(Math.max(1, gatheredMessages));
    gatheredMessages = 0;
    gatheredBytes = 0;
    return taken;
  }

  private void add(Event event) {
    gathered.add(event);
    wake();
  }

  /** Under the lock. */
  private void startIfIdle() {
    if (!running) {
      running = true;
      dispatcher.start(this);
    }
  }

  String connectionId() {
    return connectionId;
  }

  /**
   * Handles what waits, so much at most as one turn may have; on the dispatcher's threads, one at a
   * time, and never while the event loop does.
   *
   * @return whether it needs another turn; else the next event begins anew
   */
  boolean turn() {
    int handled = 0;
    while (handled < EVENTS_IN_A_TURN) {
      List<Event> batch = take();
      if (batch.isEmpty()) {
        return false;
      }
      handled += handle(batch, Long.MAX_VALUE);
    }
    return true;
  }

  /** What was handed over first; when that is nothing, this was the last turn. */
  private List<Event> take() {
    lock.lock();
    try {
      List<Event> oldest = waiting.pollFirst();
      running = oldest != null;
      return oldest == null ? List.of() : oldest;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many it handled: all, or those with which so much time was over. */
  private int handle(List<Event> batch, long atMostNanos) {
    int handled = 0;
    int doneMessages = 0;
    long doneBytes = 0;
    long begun = dispatcher.nanoTime();
    long toldAt = begun;
    for (Event event : batch) {
      long start = dispatcher.nanoTime();
      handle(event);
      handled++;
      long end = dispatcher.nanoTime();
      switch (event) {
        case Received(InboundMessage message) -> {
          dispatcher.metrics.messageProcessed(message.message().getPayloadCase(), end - start);
          doneMessages++;
          doneBytes += message.encoded().size();
          if (end - toldAt >= DONE_AFTER_NANOS) {
            done(doneMessages, doneBytes);
            doneMessages = 0;
            doneBytes = 0;
            toldAt = end;
          }
        }
        case Closed closed -> {
          done(doneMessages, doneBytes);
          doneMessages = 0;
          doneBytes = 0;
          closed.handled.run();
        }
        case Opened _ -> {}
      }
      if (end - begun >= atMostNanos) {
        break;
      }
    }
    done(doneMessages, doneBytes);
    return handled;
  }

  private void handle(Event event) {
    try {
      switch (event) {
        case Opened opened -> dispatcher.listener.opened(opened.info);
        case Closed closed ->
            dispatcher.listener.closed(closed.info, closed.reason, closed.details);
        case Received received -> dispatcher.handler.handle(received.message);
      }
    } catch (Throwable fault) { // Whatever it is, the connection's other messages must go on.
      dispatcher.logFailure(connectionId, event.name(), fault);
      dispatcher.metrics.error(CloseReason.INTERNAL_ERROR, Operation.HANDLE);
    }
  }

  private void done(int count, long size) {
    if (count == 0) {
      return;
    }
    dispatcher.queued.addAndGet(-count);
    boolean call;
    lock.lock();
    try {
      int left = messages.addAndGet(-count);
      long leftBytes = bytes.addAndGet(-size);
      // Half empty, so that reading does not stop again at once.
      call = refused && left <= MessageDispatcher.MAX_MESSAGES / 2 && leftBytes <= maxBytes / 2;
      if (call) {
        refused = false;
      }
    } finally {
      lock.unlock();
    }
    if (call) {
      room.run();
    }
  }

  private sealed interface Event {
    String name();
  }

  private record Opened(ConnectionInfo info) implements Event {
    @Override
    public String name() {
      return "opened";
    }
  }

  private record Closed(ConnectionInfo info, CloseReason reason, String details, Runnable handled)
      implements Event {
    @Override
    public String name() {
      return "closed";
    }
  }

  private record Received(InboundMessage message) implements Event {
    @Override
    public String name() {
      return message.message().getPayloadCase().name();
    }
  }
}
