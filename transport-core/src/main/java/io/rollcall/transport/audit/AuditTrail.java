package io.rollcall.transport.audit;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.logging.LogQuota;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every audit event of a server goes: one line in the log, at once and on the caller's
 * thread, and then, on a virtual thread of its own, to the application's listener.
 *
 * <p>{@link #audit} never waits for the listener, so event loops may call it. Up to {@value
 * #MOST_WAITING} events wait; beyond that, and after {@link #close}, the listener does not hear of
 * them, and a line says how many those were. Safe for any thread.
 */
public final class AuditTrail implements AuditListener {

  static final int MOST_WAITING = 1024;

  private static final Logger log = LoggerFactory.getLogger(AuditTrail.class);

  private final AuditListener listener;
  private final AuditLog lines;
  private final LogQuota missedLines;
  private final LogQuota failureLines;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<AuditEvent> waiting = new ArrayDeque<>();
  private boolean closed;
  private final Thread thread;

  /**
   * Starts its thread, which ends with {@link #close}.
   *
   * @param listener hears of the events; may block, and what it throws is logged
   */
  public AuditTrail(AuditListener listener) {
    this(listener, System::nanoTime);
  }

  AuditTrail(AuditListener listener, LongSupplier nanoTime) {
    this.listener = listener;
    this.lines = new AuditLog(nanoTime);
    this.missedLines = new LogQuota(1, nanoTime);
    this.failureLines = new LogQuota(LogQuota.USUAL, nanoTime);
    this.thread = Thread.ofVirtual().name("audit").start(this::run);
  }

  @Override
  public void audit(AuditEvent event) {
    lines.write(event);
    if (!offer(event)) {
      long before = missedLines.take();
      if (before != LogQuota.KEPT_BACK) {
        log.warn(
            "{} audit events could not be given to their listener, which is slow or stopped: they are in the log alone",
            before + 1);
      }
    }
  }

  private boolean offer(AuditEvent event) {
    lock.lock();
    try {
      if (closed || waiting.size() == MOST_WAITING) {
        return false;
      }
      waiting.add(event);
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (AuditEvent next = take(); next != null; next = take()) {
        tell(next);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(AuditEvent event) {
    try {
      listener.audit(event);
    } catch (RuntimeException | Error fault) {
      long before = failureLines.take();
      if (before != LogQuota.KEPT_BACK) {
        log.error("an audit listener failed; {} failures before were not logged", before, fault);
      }
    }
  }

  /** Waits for the next event; null when it is closed and nothing waits any more. */
  private @Nullable AuditEvent take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends it when the listener has heard what waits, or after this long: then the listener is
   * interrupted, and a line says how many events it missed. Does nothing the second time.
   */
  public void close(Duration limit) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      if (thread.join(limit)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    giveUp();
  }

  private void giveUp() {
    lock.lock();
    try {
      log.warn(
          "an audit listener is busy and the stop does not wait for it: {} events are in the log alone",
          waiting.size());
      waiting.clear();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }
}
