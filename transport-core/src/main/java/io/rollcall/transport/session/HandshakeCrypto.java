package io.rollcall.transport.session;

import io.rollcall.transport.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that do the arithmetic of handshakes, so that event loops do not. Owns threads named
 * {@code handshake-crypto-N}, from its making until {@link #close()}; whoever made it closes it.
 *
 * <p>Fair by {@link NetworkAddress}: what waits is taken round robin over addresses, oldest first
 * within each, so one address that floods waits behind itself. The number that wait is bounded; at
 * the bound the newest of the address that has most waiting is refused with {@link
 * CloseReason#THROTTLED} - usually the one that just came.
 */
public final class HandshakeCrypto implements AutoCloseable {

  /** What waits; 4 KiB each at most. At 5,000 checks a second that is a fifth of one. */
  public static final int DEFAULT_CAPACITY = 1024;

  private final int capacity;
  private final List<Thread> workers = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // Under the lock.
  private final ByAddress<Work<?>> waiting = new ByAddress<>();
  private boolean closed;

  /** With one thread for two processors, at least one, and the default capacity. */
  public HandshakeCrypto() {
    this(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), DEFAULT_CAPACITY);
  }

  HandshakeCrypto(int threads, int capacity) {
    this.capacity = capacity;
    for (int i = 1; i <= threads; i++) {
      workers.add(Thread.ofPlatform().daemon().name("handshake-crypto-" + i).start(this::work));
    }
  }

  /**
   * Has something judged. Never blocks.
   *
   * @param from on whose account
   * @param judgement what to do, on a thread of this pool
   * @return as that of {@link #run}
   */
  public CompletableFuture<HandshakeResult> judge(
      NetworkAddress from, Supplier<? extends CompletionStage<HandshakeResult>> judgement) {
    return run(from, judgement, refusal -> refusal);
  }

  /**
   * Has something done. Never blocks.
   *
   * @param from on whose account
   * @param task what to do, on a thread of this pool; what the stage it returns still waits for is
   *     no arithmetic, so the thread goes on to the next
   * @param refused what comes of it when it is not done: at the bound, or at the end
   * @param <T> what comes of it
   * @return completes on a thread of this pool, or on one that the task's stage completes on (or at
   *     once, on the caller's, when refused), so the caller goes back to its event loop; fails only
   *     through a fault of this program. Cancelling it spares the task, for a connection that ended
   *     meanwhile
   */
  public <T> CompletableFuture<T> run(
      NetworkAddress from,
      Supplier<? extends CompletionStage<T>> task,
      Function<HandshakeResult.Rejected, T> refused) {
    Work<T> work = new Work<>(task, refused, new CompletableFuture<>());
    Work<?> pushedOut = null;
    boolean stopping;
    lock.lock();
    try {
      stopping = closed;
      if (!stopping) {
        var _ = waiting.add(from, work);
        if (waiting.size() > capacity) {
          pushedOut = waiting.removeNewestOfLargest();
        }
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
    if (stopping) {
      work.refuse(stopped());
    }
    if (pushedOut != null) {
      pushedOut.refuse(
          HandshakeResult.Rejected.unanswered(
                  CloseReason.THROTTLED,
                  "too many handshakes at once",
                  "refused: " + capacity + " handshakes wait to be checked, the limit")
              .toHello());
    }
    return work.result;
  }

  /** How much waits now. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more, refuses what waits, and waits for the checks that run, a millisecond each. Does
   * nothing when closed already.
   */
  @Override
  public void close() {
    List<Work<?>> left = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      for (Work<?> next = waiting.removeNext(); next != null; next = waiting.removeNext()) {
        left.add(next);
      }
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(work -> work.refuse(stopped()));
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HandshakeResult.Rejected stopped() {
    return HandshakeResult.Rejected.unanswered(
            CloseReason.REQUESTED, "server is stopping", "refused: the server is stopping")
        .toHello();
  }

  private void work() {
    while (true) {
      Work<?> work = next();
      if (work == null) {
        return;
      }
      work.run();
    }
  }

  /** The next of the address whose turn it is; null when closed. */
  private @Nullable Work<?> next() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        arrived.awaitUninterruptibly();
      }
      return waiting.removeNext(); // Nothing is left when it is closed.
    } finally {
      lock.unlock();
    }
  }

  private record Work<T>(
      Supplier<? extends CompletionStage<T>> task,
      Function<HandshakeResult.Rejected, T> refused,
      CompletableFuture<T> result) {

    void run() {
      if (result.isDone()) {
        return; // Cancelled while it waited.
      }
      try {
        var _ =
            task.get()
                .whenComplete((done, fault) -> {
                  if (fault == null) {
                    result.complete(done);
                  } else {
                    result.completeExceptionally(fault);
                  }
                });
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
      }
    }

    void refuse(HandshakeResult.Rejected why) {
      result.complete(refused.apply(why));
    }
  }
}
