package io.rollcall.service.coordination;

import java.util.Set;

/**
 * Hears of every sync, on the coordinator thread, before anybody hears of the facts that it made
 * durable. It must be quick, and must not throw.
 */
@FunctionalInterface
public interface SyncListener {

  /** Nobody listens. */
  SyncListener NONE = (_, _) -> {};

  /**
   * A batch became durable just now.
   *
   * @param subjects what it speaks of, among it the ids of all its XTs
   * @param begunNanoTime when the sync began, as {@link System#nanoTime} tells
   */
  void synced(Set<?> subjects, long begunNanoTime);
}
