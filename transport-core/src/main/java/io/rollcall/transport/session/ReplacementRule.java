package io.rollcall.transport.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When a newcomer may take the place of a connection of the same identity: twice in any minute
 * always; beyond that only when the present one has lived a while or does not answer. So two
 * programs with one key do not throw each other out without end, and a restart is not locked out by
 * what is left of the run before.
 *
 * <p>Remembers the last two replacements of an identity for a minute: of trusted ids as many as are
 * configured; of unknown keys {@value #MOST_UNKNOWN}, beyond which the one whose last replacement
 * is oldest is forgotten and may begin anew. Not safe for several threads.
 */
final class ReplacementRule {

  /** A present connection of this age may always be replaced. */
  static final Duration SETTLED = Duration.ofSeconds(30);

  /** So may one that left a ping unanswered for this long. */
  static final Duration UNANSWERED = Duration.ofSeconds(5);

  static final int MOST_UNKNOWN = 1024;

  private static final long WINDOW_NANOS = Duration.ofSeconds(60).toNanos();

  /** Two replacements within the window; the older one counts. */
  private record Recent(long older, long last, boolean two) {}

  private final Map<IdentityKey, Recent> trusted = new HashMap<>();
  // By the time of the last replacement, oldest first.
  private final Map<IdentityKey, Recent> unknown = new LinkedHashMap<>();

  /**
   * Whether this identity's connection may be replaced now.
   *
   * @param now of any clock that only goes forward, in nanoseconds, as in all calls
   * @param lived the present connection, so far
   * @param unanswered how long its oldest unanswered ping waits
   */
  boolean allows(IdentityKey key, long now, Duration lived, Duration unanswered) {
    Recent recent = of(key).get(key);
    return recent == null
        || !recent.two
        || now - recent.older >= WINDOW_NANOS
        || lived.compareTo(SETTLED) >= 0
        || unanswered.compareTo(UNANSWERED) >= 0;
  }

  /** It was replaced. */
  void replaced(IdentityKey key, long now) {
    Map<IdentityKey, Recent> recents = of(key);
    forgetOld(now);
    Recent before = recents.remove(key);
    recents.put(
        key, before == null ? new Recent(now, now, false) : new Recent(before.last, now, true));
    if (unknown.size() > MOST_UNKNOWN) {
      Iterator<IdentityKey> oldest = unknown.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** How many identities are remembered. */
  int size() {
    return trusted.size() + unknown.size();
  }

  private Map<IdentityKey, Recent> of(IdentityKey key) {
    return key.trusted() ? trusted : unknown;
  }

  private void forgetOld(long now) {
    trusted.values().removeIf(recent -> now - recent.last >= WINDOW_NANOS);
    Iterator<Recent> oldestFirst = unknown.values().iterator();
    while (oldestFirst.hasNext() && now - oldestFirst.next().last >= WINDOW_NANOS) {
      oldestFirst.remove();
    }
  }
}
