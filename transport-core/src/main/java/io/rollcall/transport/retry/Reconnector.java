package io.rollcall.transport.retry;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.TransportException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection, or dials for one. There is one loop at most, and in it one dial at a time;
 * whatever a loop that was ended still brings is turned away.
 *
 * <p>Addresses of a round are dialled without a wait; between rounds there is back-off, and after
 * AUTH_FAILURE or THROTTLED there is at once. A connection is good once it lived {@link #GOOD}; one
 * that ends sooner is a failed dial like any other. When a good one is lost, back-off begins anew,
 * but still with a wait, since others lost the server too - unless the server asked for the end:
 * then back-off goes on where it was, until a connection lived longer than any wait.
 *
 * <p>Safe for any thread. The dialer is called without a lock held; {@link Dialer#roundOver()} and
 * {@link Dialer#newRound()} with one, so they do not call back.
 *
 * @param <T> a connection
 */
public final class Reconnector<T> {

  /** A connection that lived this long is good. */
  public static final Duration GOOD = Duration.ofSeconds(5);

  private static final int FOREVER = Integer.MAX_VALUE;

  private final Dialer<T> dialer;
  private final Backoff backoff;
  private final Scheduler scheduler;

  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable T current;
  // Under the lock.
  private long since;
  private boolean wanted;
  private @Nullable Loop loop;

  /** Does nothing until it is started. */
  public Reconnector(Dialer<T> dialer, Backoff backoff, Scheduler scheduler) {
    this.dialer = dialer;
    this.backoff = backoff;
    this.scheduler = scheduler;
  }

  /** The connection, while there is one. */
  public Optional<T> current() {
    return Optional.ofNullable(current);
  }

  /**
   * Dials now, and again after each failed round as often as told. A loop in the background ends
   * for it. After a success lost connections are dialled again by themselves.
   *
   * @param retries how many rounds may follow the first
   * @param first done once it is certain that this call dials, and before it does; with the lock
   *     held, so it does not call back
   * @return completes with the connection, or fails with the last {@link TransportException}; with
   *     {@link NotConnectedException} after {@link #stop()}
   * @throws IllegalStateException when there is a connection, or another caller dials for one
   */
  public CompletableFuture<T> start(int retries, Runnable first) {
    Loop mine;
    Loop before;
    lock.lock();
    try {
      if (current != null) {
        throw new IllegalStateException("client already connected");
      }
      before = loop;
      if (before != null && !before.background()) {
        throw new IllegalStateException("client is connecting already");
      }
      first.run();
      mine = begin(retries);
      dialer.newRound();
      backoff.reset();
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.end();
    }
    mine.dial();
    return mine.result;
  }

  /** Dials now and until it succeeds. Does nothing when connected or dialling. */
  public void startInBackground() {
    Loop mine;
    lock.lock();
    try {
      if (current != null || loop != null) {
        return;
      }
      mine = begin(FOREVER);
      dialer.newRound();
      backoff.reset();
    } finally {
      lock.unlock();
    }
    mine.dial();
  }

  /**
   * A connection ended. Dials for another if this was the current one; else it does nothing, so it
   * may be called more than once.
   *
   * @param reason why
   * @param peerAsked whether the server said so, rather than that it broke
   */
  public void lost(T connection, CloseReason reason, boolean peerAsked) {
    Loop mine;
    Duration wait;
    lock.lock();
    try {
      if (!connection.equals(current)) {
        return;
      }
      current = null;
      Duration lived = Duration.ofNanos(scheduler.nanoTime() - since);
      mine = begin(FOREVER);
      boolean good = lived.compareTo(GOOD) >= 0;
      if ((good && !peerAsked) || lived.compareTo(RetryPolicy.CEILING) > 0) {
        backoff.reset();
      }
      boolean roundEnds = good || endsRound(reason) || dialer.roundOver();
      if (roundEnds) {
        dialer.newRound();
      }
      wait = roundEnds ? backoff.next(reason) : Duration.ZERO;
    } finally {
      lock.unlock();
    }
    mine.dialAfter(wait);
  }

  /**
   * Dials no more until started again.
   *
   * @return the connection there was, which is the caller's to close
   */
  public Optional<T> stop() {
    Loop before;
    T connection;
    lock.lock();
    try {
      wanted = false;
      before = loop;
      loop = null;
      connection = current;
      current = null;
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.end();
    }
    return Optional.ofNullable(connection);
  }

  /** Whether a loop dials or waits to. */
  public boolean dialling() {
    lock.lock();
    try {
      return loop != null;
    } finally {
      lock.unlock();
    }
  }

  private Loop begin(int retries) {
    Loop begun = new Loop(retries);
    loop = begun;
    wanted = true;
    return begun;
  }

  private static boolean endsRound(CloseReason reason) {
    return reason == CloseReason.AUTH_FAILURE || reason == CloseReason.THROTTLED;
  }

  /** One loop, from its first dial to a connection or its end. */
  private final class Loop {

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final int rounds;
    private int retriesLeft;
    // What ends what this loop does now: a dial or a wait. Under the lock.
    private Runnable giveUp = () -> {};

    Loop(int retries) {
      this.retriesLeft = retries;
      this.rounds = retries;
    }

    boolean background() {
      return rounds == FOREVER;
    }

    void dial() {
      Outcome outcome = new Outcome(this);
      during(dialer.dial(outcome), outcome);
    }

    void dialAfter(Duration wait) {
      if (wait.isZero()) {
        dial();
        return;
      }
      during(scheduler.schedule(this::dialUnlessEnded, wait), null);
    }

    private void dialUnlessEnded() {
      lock.lock();
      try {
        if (loop != this) {
          return;
        }
      } finally {
        lock.unlock();
      }
      dial();
    }

    /** Remembers how to give up what was just begun, or does it when the loop has ended by now. */
    private void during(Runnable howToGiveUp, @Nullable Outcome outcome) {
      lock.lock();
      try {
        boolean answered = outcome != null && outcome.answered;
        if (loop == this && !answered) {
          giveUp = howToGiveUp;
        }
        if (loop == this || answered) {
          return;
        }
      } finally {
        lock.unlock();
      }
      howToGiveUp.run();
    }

    /** After the loop was taken out. */
    void end() {
      Runnable begun;
      lock.lock();
      try {
        begun = giveUp;
        giveUp = () -> {};
      } finally {
        lock.unlock();
      }
      begun.run();
      result.completeExceptionally(
          new NotConnectedException("client not connected: it was told to stop connecting"));
    }
  }

  /** How one dial of one loop ended; the first answer counts. */
  private final class Outcome implements Dialer.Attempt<T> {

    private final Loop owner;
    // Under the lock.
    private boolean answered;

    Outcome(Loop owner) {
      this.owner = owner;
    }

    @Override
    public boolean succeeded(T connection) {
      lock.lock();
      try {
        if (answered || loop != owner || !wanted) {
          answered = true;
          return false;
        }
        answered = true;
        loop = null;
        current = connection;
        since = scheduler.nanoTime();
      } finally {
        lock.unlock();
      }
      owner.result.complete(connection);
      return true;
    }

    @Override
    public void failed(TransportException failure) {
      Duration wait = Duration.ZERO;
      boolean over = false;
      lock.lock();
      try {
        if (answered || loop != owner) {
          answered = true;
          return;
        }
        answered = true;
        if (endsRound(failure.reason()) || dialer.roundOver()) {
          over = owner.retriesLeft == 0;
          if (over) {
            loop = null;
            wanted = false;
          } else {
            if (!owner.background()) {
              owner.retriesLeft--;
            }
            dialer.newRound();
            wait = backoff.next(failure.reason());
          }
        }
      } finally {
        lock.unlock();
      }
      if (over) {
        owner.result.completeExceptionally(failure);
      } else {
        owner.dialAfter(wait);
      }
    }
  }
}
