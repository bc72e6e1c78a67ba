package io.rollcall.transport.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded set of connections in which a newcomer always finds room: at the bound the oldest of
 * the address that has most is pushed out for it, so a flood pushes out itself. Of addresses that
 * have equally many, the one that had as many first gives one up. Each call is one short atomic
 * step that does not depend on how many there are. Safe for any thread.
 *
 * @param <C> a connection; told apart by equals
 */
public final class FairTable<C> {

  private final int max;
  private final int maxPerAddress;
  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock.
  private final ByAddress<C> order = new ByAddress<>();
  private final Map<C, ByAddress.Place<C>> places = new HashMap<>();

  /**
   * An empty one.
   *
   * @param max most of all addresses, at least 1
   * @param maxPerAddress most of one address, at which its own oldest goes; 0 for no such bound
   */
  public FairTable(int max, int maxPerAddress) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
  }

  /**
   * Adds a connection.
   *
   * @return the one that lost its place for it, never the newcomer
   * @throws IllegalStateException when it is in already
   */
  public Optional<C> enter(NetworkAddress from, C newcomer) {
    lock.lock();
    try {
      if (places.containsKey(newcomer)) {
        throw new IllegalStateException(newcomer + " is in the table already");
      }
      places.put(newcomer, order.add(from, newcomer));
      C pushedOut = null;
      if (maxPerAddress > 0 && order.size(from) > maxPerAddress) {
        pushedOut = order.removeOldestOf(from);
      } else if (order.size() > max) {
        pushedOut = order.removeOldestOfLargest();
      }
      return forget(pushedOut);
    } finally {
      lock.unlock();
    }
  }

  private Optional<C> forget(@Nullable C pushedOut) {
    if (pushedOut == null) {
      return Optional.empty();
    }
    places.remove(pushedOut);
    return Optional.of(pushedOut);
  }

  /** Removes a connection; returns whether it was there, so not pushed out before. */
  public boolean leave(C connection) {
    lock.lock();
    try {
      ByAddress.Place<C> place = places.remove(connection);
      return place != null && order.remove(place);
    } finally {
      lock.unlock();
    }
  }

  /** How many there are. */
  public int size() {
    lock.lock();
    try {
      return order.size();
    } finally {
      lock.unlock();
    }
  }
}
