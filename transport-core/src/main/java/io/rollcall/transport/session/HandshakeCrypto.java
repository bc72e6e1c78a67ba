package io.rollcall.transport.session;

import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads that check signatures, so that event loops do not. Owns threads named {@code
 * handshake-crypto-N}, from its making until {@link #close()}; whoever made it closes it.
 *
 * <p>Fair by {@link NetworkAddress}: waiting hellos are taken round robin over addresses, oldest
 * first within each, so one address that floods waits behind itself. The number that wait is
 * bounded; at the bound the newest hello of the address that has most waiting is refused with
 * {@link CloseReason#THROTTLED} - usually the one that just came.
 */
public final class HandshakeCrypto implements AutoCloseable {

  /** Waiting hellos; 4 KiB each at most. At 5,000 checks a second they wait a fifth of one. */
  public static final int DEFAULT_CAPACITY = 1024;

  private final Function<HandshakeRequest, CompletionStage<HandshakeResult>> judge;
  private final int capacity;
  private final List<Thread> workers = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // Under the lock.
  private final ByAddress<Check> waiting = new ByAddress<>();
  private boolean closed;

  /** With one thread for two processors, at least one, and the default capacity. */
  public HandshakeCrypto(ServerHandshake handshake) {
    this(
        handshake::judge,
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        DEFAULT_CAPACITY);
  }

  HandshakeCrypto(
      Function<HandshakeRequest, CompletionStage<HandshakeResult>> judge,
      int threads,
      int capacity) {
    this.judge = judge;
    this.capacity = capacity;
    for (int i = 1; i <= threads; i++) {
      workers.add(Thread.ofPlatform().daemon().name("handshake-crypto-" + i).start(this::work));
    }
  }

  /**
   * Has one hello judged. Never blocks.
   *
   * @return completes on a thread of this pool, or on one that kept what must be kept (or at once,
   *     on the caller's, when refused), so the caller goes back to its event loop; fails only
   *     through a fault of this program. Cancelling it spares the check, for a connection that
   *     ended meanwhile
   */
  public CompletableFuture<HandshakeResult> verify(NetworkAddress from, HandshakeRequest request) {
    Check check = new Check(request, new CompletableFuture<>());
    Check refused = null;
    boolean stopping;
    lock.lock();
    try {
      stopping = closed;
      if (!stopping) {
        var _ = waiting.add(from, check);
        if (waiting.size() > capacity) {
          refused = waiting.removeNewestOfLargest();
        }
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
    if (stopping) {
      check.result.complete(stopped());
    }
    if (refused != null) {
      refused.result.complete(
          HandshakeResult.Rejected.unanswered(
                  CloseReason.THROTTLED,
                  "too many handshakes at once",
                  "refused: " + capacity + " handshakes wait to be checked, the limit")
              .toHello());
    }
    return check.result;
  }

  /** Hellos that wait now. */
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
    List<Check> left = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      for (Check next = waiting.removeNext(); next != null; next = waiting.removeNext()) {
        left.add(next);
      }
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(check -> check.result.complete(stopped()));
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HandshakeResult stopped() {
    return HandshakeResult.Rejected.unanswered(
            CloseReason.REQUESTED, "server is stopping", "refused: the server is stopping")
        .toHello();
  }

  private void work() {
    while (true) {
      Check check = next();
      if (check == null) {
        return;
      }
      if (check.result.isDone()) {
        continue; // Cancelled while it waited.
      }
      try {
        check.decideWith(judge.apply(check.request));
      } catch (RuntimeException | Error e) {
        check.result.completeExceptionally(e);
      }
    }
  }

  /** The next hello of the address whose turn it is; null when closed. */
  private @Nullable Check next() {
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

  private record Check(HandshakeRequest request, CompletableFuture<HandshakeResult> result) {

    /** The thread goes on to the next hello; what this one still waits for is no arithmetic. */
    void decideWith(CompletionStage<HandshakeResult> judgement) {
      var _ =
          judgement.whenComplete((decided, fault) -> {
            if (fault == null) {
              result.complete(decided);
            } else {
              result.completeExceptionally(fault);
            }
          });
    }
  }
}
