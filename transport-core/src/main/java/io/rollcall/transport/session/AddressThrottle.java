package io.rollcall.transport.session;

import io.rollcall.transport.ThrottleSettings;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How often each address may try: a bucket of tokens for each, full in the beginning. A connection
 * takes a token, a failed handshake takes another (a bucket is never less than empty), a refused
 * attempt takes none.
 *
 * <p>Bounded: a full bucket is not kept, and of the others at most {@value #MOST_ADDRESSES}, about
 * 2 MB. At the bound the address that was quiet longest is forgotten, which fills its bucket:
 * whoever has more addresses than that is not stopped by a throttle, but by the bounds of {@link
 * FairTable}.
 *
 * <p>Safe for any thread; each call is one short atomic step.
 */
public final class AddressThrottle {

  /** What becomes of an attempt. */
  public enum Verdict {
    /** Go on. */
    ALLOWED,
    /** Refuse it: the first since the address was quiet for long enough to fill its bucket. */
    THROTTLED_FIRST,
    /** Refuse it, as those before. */
    THROTTLED
  }

  /** Addresses that are remembered. */
  static final int MOST_ADDRESSES = 16_384;

  private final ThrottleSettings settings;
  private final int mostAddresses;
  private final LongSupplier nanoTime;
  private final long tokenNanos;
  private final long bucketNanos;
  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock, the one that was quiet longest first.
  private final LinkedHashMap<NetworkAddress, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Forgets nothing but full buckets and what is beyond the bound.
   *
   * @param nanoTime a clock that only goes forward, in nanoseconds
   */
  public AddressThrottle(ThrottleSettings settings, LongSupplier nanoTime) {
    this(settings, nanoTime, MOST_ADDRESSES);
  }

  AddressThrottle(ThrottleSettings settings, LongSupplier nanoTime, int mostAddresses) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.mostAddresses = mostAddresses;
    this.tokenNanos = settings.rate() == 0 ? 0 : Duration.ofSeconds(1).toNanos() / settings.rate();
    this.bucketNanos = tokenNanos * settings.burst();
  }

  /** Somebody connects from there. */
  public Verdict attempt(NetworkAddress from) {
    if (exempt(from)) {
      return Verdict.ALLOWED;
    }
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      Bucket bucket = bucket(from, now);
      if (bucket.missing(now) + tokenNanos <= bucketNanos) {
        bucket.fullAt += tokenNanos;
        return Verdict.ALLOWED;
      }
      if (bucket.refusing) {
        return Verdict.THROTTLED;
      }
      bucket.refusing = true;
      return Verdict.THROTTLED_FIRST;
    } finally {
      lock.unlock();
    }
  }

  /** An attempt that was allowed got nowhere for want of room: its token comes back. */
  public void giveBack(NetworkAddress from) {
    if (exempt(from)) {
      return;
    }
    lock.lock();
    try {
      Bucket bucket = buckets.get(from);
      if (bucket != null) {
        bucket.fullAt -= tokenNanos;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A handshake from there failed: another token, if there is one. */
  public void failed(NetworkAddress from) {
    if (exempt(from)) {
      return;
    }
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      Bucket bucket = bucket(from, now);
      bucket.fullAt = now + Math.min(bucket.missing(now) + tokenNanos, bucketNanos);
    } finally {
      lock.unlock();
    }
  }

  /** How many addresses are remembered. */
  int size() {
    lock.lock();
    try {
      return buckets.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean exempt(NetworkAddress from) {
    return settings.rate() == 0 || (from.isLoopback() && !settings.loopback());
  }

  private Bucket bucket(NetworkAddress from, long now) {
    Bucket known = buckets.get(from);
    if (known != null) {
      if (known.missing(now) == 0) {
        known.fullAt = now;
        known.refusing = false;
      }
      return known;
    }
    Bucket fresh = new Bucket(now);
    buckets.put(from, fresh);
    forgetFromTheOldest(now);
    return fresh;
  }

  /** Usually the next one or two: those that are full, and one beyond the bound. */
  private void forgetFromTheOldest(long now) {
    Iterator<Map.Entry<NetworkAddress, Bucket>> oldest = buckets.entrySet().iterator();
    while (buckets.size() > 1) {
      Bucket next = oldest.next().getValue();
      if (next.missing(now) > 0 && buckets.size() <= mostAddresses) {
        return;
      }
      oldest.remove();
    }
  }

  /** What is missing, as the time in which it comes back. */
  private static final class Bucket {
    private long fullAt;
    private boolean refusing;

    private Bucket(long now) {
      fullAt = now;
    }

    private long missing(long now) {
      return Math.max(0, fullAt - now);
    }
  }
}
