package io.rollcall.transport.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * When to ping a peer, and when it counts as gone: pure decisions about one connection, told the
 * time by its caller. Not safe for several threads, but for {@link #unanswered}; one event loop
 * owns it.
 *
 * <p>A ping goes out every 15 s, also while reading is paused, because servers of the SDK renew a
 * write deadline of 20 s only then. A peer is gone 45 s after its last byte, or when a frame is not
 * complete in time. These two clocks stand still while this side does not read on purpose, and are
 * set back when a decision comes late: then this process stood still, not the peer.
 */
public final class KeepAlive {

  /** Between two pings. */
  public static final Duration PING_INTERVAL = Duration.ofSeconds(15);

  /** Without a byte for this long a peer is gone. */
  public static final Duration SILENCE_LIMIT = Duration.ofSeconds(45);

  /** A decision later than this says that the process was stopped or starved. */
  private static final long LATE_NANOS = Duration.ofSeconds(2).toNanos();

  /** Pings that are remembered; while reading is paused the answers wait in the socket. */
  private static final int MOST_PINGS = 64;

  /** No ping is unanswered, or reading is paused; no clock begins here. */
  private static final long NOTHING = Long.MAX_VALUE;

  private static final long PING_NANOS = PING_INTERVAL.toNanos();
  private static final long SILENCE_NANOS = SILENCE_LIMIT.toNanos();

  /** What is to be done now. */
  public enum Decision {
    /** Nothing yet. */
    WAIT,
    /** Send a ping, then call {@link KeepAlive#pingSent}. */
    PING,
    /** Close: nothing came for {@link KeepAlive#SILENCE_LIMIT}. */
    CLOSE_SILENT,
    /** Close: a frame was begun and not completed in time. */
    CLOSE_INCOMPLETE
  }

  private final long frameNanos;
  private final Deque<Ping> pings = new ArrayDeque<>(1);
  private long forgottenPings;
  private long lastByte;
  private long lastPing;
  private boolean inFrame;
  private long frameBegan;
  private boolean paused;
  private long pausedAt;
  private long due;
  // How long was not read in all, the pause that lasts not counted.
  private long notRead;
  // The oldest unanswered ping went out then, later by as long as was not read since.
  private volatile long waitsSince = NOTHING;

  /** A ping without an answer, and how long was not read when it went out. */
  private record Ping(long sent, long notReadBefore) {}

  /**
   * Begins now.
   *
   * @param frameLimit from the first byte of a frame to its last
   * @param now of any clock that only goes forward, in nanoseconds, as in all calls
   */
  public KeepAlive(Duration frameLimit, long now) {
    this.frameNanos = frameLimit.toNanos();
    this.lastByte = now;
    this.lastPing = now;
    this.due = now + PING_NANOS;
  }

  /** Bytes came. */
  public void bytesCame(long now) {
    lastByte = now;
  }

  /** A frame is incomplete; more bytes of it change nothing. */
  public void frameBegan(long now) {
    if (!inFrame) {
      inFrame = true;
      frameBegan = now;
    }
  }

  /** The frame that was begun is complete. */
  public void frameCompleted() {
    inFrame = false;
  }

  /** Reading stops on purpose. */
  public void paused(long now) {
    if (!paused) {
      paused = true;
      pausedAt = now;
      noteWait();
    }
  }

  /** Reading goes on. */
  public void resumed(long now) {
    if (paused) {
      paused = false;
      setBack(now - pausedAt);
      noteWait();
    }
  }

  /** A ping went out. */
  public void pingSent(long now) {
    lastPing = now;
    // Behind a forgotten one nothing is remembered: its answer comes first.
    if (forgottenPings == 0 && pings.size() < MOST_PINGS) {
      pings.addLast(new Ping(now, notRead + (paused ? now - pausedAt : 0)));
      noteWait();
    } else {
      forgottenPings++;
    }
  }

  /**
   * A pong came. It answers the oldest ping that has none: peers of the SDK put their own time into
   * it, so its content says nothing.
   *
   * @return the round-trip time; empty for a pong that nobody asked for
   */
  public Optional<Duration> pongCame(long now) {
    Ping ping = pings.pollFirst();
    if (ping == null) {
      forgottenPings = Math.max(0, forgottenPings - 1);
      return Optional.empty();
    }
    noteWait();
    return Optional.of(Duration.ofNanos(now - ping.sent));
  }

  /** Whether a ping is unanswered. */
  public boolean awaitsPong() {
    return !pings.isEmpty();
  }

  /**
   * How long the oldest unanswered ping has waited; zero when none does, and while this side does
   * not read on purpose. Any thread.
   */
  public Duration unanswered(long now) {
    long since = waitsSince;
    return since == NOTHING ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - since));
  }

  private void noteWait() {
    Ping oldest = pings.peekFirst();
    waitsSince = oldest == null || paused ? NOTHING : oldest.sent + notRead - oldest.notReadBefore;
  }

  /** What is to be done now. */
  public Decision decide(long now) {
    long late = now - due;
    if (late > LATE_NANOS && !paused) {
      setBack(late);
      noteWait();
    }
    if (!paused) {
      if (now - lastByte >= SILENCE_NANOS) {
        return Decision.CLOSE_SILENT;
      }
      if (inFrame && now - frameBegan >= frameNanos) {
        return Decision.CLOSE_INCOMPLETE;
      }
    }
    return now - lastPing >= PING_NANOS ? Decision.PING : Decision.WAIT;
  }

  /** How long the next decision may wait; more than 0. */
  public long nanosToNextDecision(long now) {
    long wait = lastPing + PING_NANOS - now;
    if (!paused) {
      // A frame that begins meanwhile cannot be due before this.
      wait = Math.min(wait, frameNanos);
      wait = Math.min(wait, lastByte + SILENCE_NANOS - now);
      if (inFrame) {
        wait = Math.min(wait, frameBegan + frameNanos - now);
      }
    }
    wait = Math.max(wait, 1);
    due = now + wait;
    return wait;
  }

  private void setBack(long nanos) {
    lastByte += nanos;
    frameBegan += nanos;
    notRead += nanos;
  }
}
