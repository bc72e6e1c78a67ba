package io.rollcall.transport.dispatch;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the handler of one connection: in order, at most 1,024 messages and the
 * dispatcher's bytes (or one message). At the bound {@link #offer} refuses, and whoever reads the
 * socket stops reading; {@code opened} and {@code closed} always find room.
 *
 * <p>Safe for any thread; order is the order of the calls.
 */
public final class Inbox {

  /** After so many events in a row other connections have their turn first. */
  static final int EVENTS_IN_A_TURN = 64;

  private final MessageDispatcher dispatcher;
  private final String connectionId;
  private final int maxBytes;
  private final Runnable room;

  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock. A message counts until its handler is done with it.
  private Deque<Event> waiting = new ArrayDeque<>(1);
  private int messages;
  private long bytes;
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
    lock.lock();
    try {
      waiting.addLast(new Opened(info));
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
   * @param handled called, on the handler's thread, when the handler is done with all of it
   */
  public void closed(ConnectionInfo info, CloseReason reason, String details, Runnable handled) {
    add(new Closed(info, reason, details, handled));
  }

  /**
   * Queues a message that may not be lost, beyond the bounds: one that came from a connection that
   * is about to be ended by this side.
   */
  public void offerLast(InboundMessage message) {
    lock.lock();
    try {
      put(message);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues a message if there is room.
   *
   * @return false when there is none; then the caller keeps it and offers it again after {@code
   *     room} was called
   */
  public boolean offer(InboundMessage message) {
    int size = message.encoded().size();
    lock.lock();
    try {
      if (messages > 0 && (messages >= MessageDispatcher.MAX_MESSAGES || bytes + size > maxBytes)) {
        refused = true;
        return false;
      }
      put(message);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void put(InboundMessage message) {
    messages++;
    bytes += message.encoded().size();
    dispatcher.queued.incrementAndGet();
    enqueue(new Received(message));
  }

  private void add(Event event) {
    lock.lock();
    try {
      enqueue(event);
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(Event event) {
    waiting.addLast(event);
    if (!running) {
      running = true;
      dispatcher.start(this);
    }
  }

  String connectionId() {
    return connectionId;
  }

  /**
   * Handles what waits, so much at most as one turn may have; on the dispatcher's thread, one at a
   * time.
   *
   * @return whether it needs another turn; else the next event begins anew
   */
  boolean turn() {
    int handled = 0;
    while (handled < EVENTS_IN_A_TURN) {
      Collection<Event> batch = take(EVENTS_IN_A_TURN - handled);
      if (batch.isEmpty()) {
        return false;
      }
      for (Event event : batch) {
        handle(event);
        if (event instanceof Closed closed) {
          closed.handled.run();
        }
      }
      handled += batch.size();
    }
    return true;
  }

  /**
   * The oldest of what waits; when that is nothing, this was the last turn. Never the queue itself
   * then: the next event may be put into it at any moment, and another thread begins with it.
   */
  private Collection<Event> take(int most) {
    lock.lock();
    try {
      running = !waiting.isEmpty();
      if (!running) {
        return List.of();
      }
      if (waiting.size() <= most) {
        Deque<Event> all = waiting;
        waiting = new ArrayDeque<>(1);
        return all;
      }
      List<Event> oldest = new ArrayList<>(most);
      while (oldest.size() < most) {
        oldest.add(waiting.removeFirst());
      }
      return oldest;
    } finally {
      lock.unlock();
    }
  }

  private void handle(Event event) {
    try {
      switch (event) {
        case Opened opened -> dispatcher.listener.opened(opened.info);
        case Closed closed ->
            dispatcher.listener.closed(closed.info, closed.reason, closed.details);
        case Received received -> handle(received.message);
      }
    } catch (Throwable fault) { // Whatever it is, the connection's other messages must go on.
      dispatcher.logFailure(connectionId, event.name(), fault);
      dispatcher.metrics.error(CloseReason.INTERNAL_ERROR, Operation.HANDLE);
    }
  }

  private void handle(InboundMessage message) {
    long start = System.nanoTime();
    try {
      dispatcher.handler.handle(message);
    } finally {
      dispatcher.metrics.messageProcessed(
          message.message().getPayloadCase(), MessageDispatcher.since(start));
      done(message.encoded().size());
    }
  }

  private void done(int size) {
    dispatcher.queued.decrementAndGet();
    boolean call;
    lock.lock();
    try {
      messages--;
      bytes -= size;
      // Half empty, so that reading does not stop again at once.
      call = refused && messages <= MessageDispatcher.MAX_MESSAGES / 2 && bytes <= maxBytes / 2;
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
