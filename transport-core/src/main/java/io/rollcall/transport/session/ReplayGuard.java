package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which hellos count: those whose timestamp is near this clock, each of them once. Only hellos that
 * proved their key may be shown to it, so that nobody fills it in another's name. Safe for any
 * thread; a call is one atomic step, of two equal hellos exactly one is fresh.
 *
 * <p>A hello is its key, timestamp and nonce. It is remembered until its timestamp is too old for
 * this clock; from then on the timestamp alone refuses it. At most {@link #MOST_PER_KEY} are
 * remembered of one key and {@link #MOST_OF_UNKNOWN_KEYS} of all unknown keys together: at the
 * bound a hello is refused and none is forgotten early. About 250 bytes each.
 */
final class ReplayGuard {

  /** Hellos of one key within the window: 17 a second, at 30 s either way. */
  static final int MOST_PER_KEY = 1024;

  /** Hellos of all keys that nobody vouches for; they cost their maker nothing. */
  static final int MOST_OF_UNKNOWN_KEYS = 8192;

  private static final Comparator<Used> BY_TIME =
      Comparator.comparingLong(Used::timestamp)
          .thenComparing(used -> used.key.bytes, ByteString.unsignedLexicographicalComparator())
          .thenComparing(Used::nonce, ByteString.unsignedLexicographicalComparator());

  private final long skew;
  private final ReplayMarks marks;
  private final InstantSource clock;

  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock. One order for all keys, so that what is over is always in front.
  private final TreeSet<Used> used = new TreeSet<>(BY_TIME);
  private final Map<ByteString, Key> keys = new HashMap<>();
  private int ofUnknownKeys;

  /**
   * Remembers nothing yet.
   *
   * @param skew how far a timestamp may be from the clock, either way; exactly this much is fine
   * @param marks what an earlier process accepted
   */
  ReplayGuard(Duration skew, ReplayMarks marks, InstantSource clock) {
    this.skew = skew.toNanos();
    this.marks = marks;
    this.clock = clock;
  }

  /** What became of a hello. */
  enum Verdict {
    /** Remembered from now on; nobody else was told this of an equal one. */
    FRESH,
    TOO_FAR_AHEAD,
    TOO_OLD,
    /** Too old, and not news: a later hello of this key was fresh. Its clock need not be wrong. */
    TOO_OLD_AND_PASSED,
    /** An equal one was fresh. */
    USED_BEFORE,
    /** An earlier process accepted, or may have, this timestamp or a later one of this key. */
    NOT_AFTER_LAST,
    /** As many as are remembered were used within the window. */
    TOO_MANY
  }

  /**
   * A verdict, and the clock it was made by.
   *
   * @param now Unix time in nanoseconds
   */
  record Judgement(Verdict verdict, long now) {}

  /**
   * Takes a hello, if it counts.
   *
   * @param key 33 compressed bytes, proven by the hello's signature
   * @param trusted whether the operator knows the key
   */
  Judgement take(ByteString key, boolean trusted, long timestamp, ByteString nonce) {
    lock.lock();
    try {
      long now = SignedHello.nanos(clock.instant());
      forgetBefore(now - skew);
      return new Judgement(judge(key, trusted, timestamp, nonce, now), now);
    } finally {
      lock.unlock();
    }
  }

  private Verdict judge(
      ByteString bytes, boolean trusted, long timestamp, ByteString nonce, long now) {
    Key known = keys.get(bytes);
    if (timestamp > now + skew) {
      return Verdict.TOO_FAR_AHEAD;
    }
    if (timestamp < now - skew) {
      return known != null && timestamp <= known.highest
          ? Verdict.TOO_OLD_AND_PASSED
          : Verdict.TOO_OLD;
    }
    OptionalLong last = trusted ? marks.atStart(bytes) : OptionalLong.empty();
    if (last.isPresent() && timestamp <= last.getAsLong()) {
      return Verdict.NOT_AFTER_LAST;
    }
    Key key = known == null ? new Key(bytes) : known;
    // Forgotten ones were too old, so this is so only after the clock went back.
    if (timestamp <= key.forgotten) {
      return Verdict.USED_BEFORE;
    }
    // A copy: the nonce that came may be a slice of a whole frame.
    Used hello = new Used(timestamp, key, ByteString.copyFrom(nonce.toByteArray()), trusted);
    if (used.contains(hello)) {
      return Verdict.USED_BEFORE;
    }
    if (key.remembered >= MOST_PER_KEY || (!trusted && ofUnknownKeys >= MOST_OF_UNKNOWN_KEYS)) {
      return Verdict.TOO_MANY;
    }
    remember(hello);
    return Verdict.FRESH;
  }

  private void remember(Used hello) {
    used.add(hello);
    Key key = hello.key;
    keys.put(key.bytes, key);
    key.remembered++;
    key.highest = Math.max(key.highest, hello.timestamp);
    if (hello.trusted) {
      key.trusted = true;
    } else {
      ofUnknownKeys++;
    }
  }

  private void forgetBefore(long oldest) {
    while (!used.isEmpty() && used.first().timestamp < oldest) {
      Used hello = used.removeFirst();
      Key key = hello.key;
      key.remembered--;
      key.forgotten = hello.timestamp;
      if (!hello.trusted) {
        ofUnknownKeys--;
      }
      // There are as many trusted keys as the operator named; of the others there is no end.
      if (key.remembered == 0 && !key.trusted) {
        keys.remove(key.bytes);
      }
    }
  }

  /** How many hellos are remembered. */
  int remembered() {
    lock.lock();
    try {
      return used.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many keys are remembered, with hellos or without. */
  int keys() {
    lock.lock();
    try {
      return keys.size();
    } finally {
      lock.unlock();
    }
  }

  private record Used(long timestamp, Key key, ByteString nonce, boolean trusted) {}

  private static final class Key {
    final ByteString bytes;
    int remembered;
    long highest = Long.MIN_VALUE;
    long forgotten = Long.MIN_VALUE;
    boolean trusted;

    Key(ByteString bytes) {
      this.bytes = bytes;
    }
  }
}
