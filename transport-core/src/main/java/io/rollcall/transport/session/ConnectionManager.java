package io.rollcall.transport.session;

import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionLimitException;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.metrics.TransportMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The admitted connections of a server: by id, by identity, oldest first, never more than the
 * limit. Safe for any thread; every call is one atomic step and none waits for a peer.
 *
 * @param <C> the server's kind of connection
 */
public final class ConnectionManager<C extends Connection> {

  private final int limit;
  private final TransportMetrics metrics;
  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock, in the order of admission.
  private final Map<String, C> byId = new LinkedHashMap<>();
  private final Map<String, Set<C>> byIdentity = new LinkedHashMap<>();

  /** With the most connections it will hold. */
  public ConnectionManager(int limit, TransportMetrics metrics) {
    this.limit = limit;
    this.metrics = metrics;
  }

  /**
   * Admits a connection.
   *
   * @param first done before anybody else can see the connection, and only if there is room; must
   *     not wait
   * @throws ConnectionLimitException when the limit is reached
   * @throws IllegalStateException when its id is held already; ids are random, so this is a fault
   */
  public void add(C connection, Runnable first) {
    lock.lock();
    try {
      if (byId.size() >= limit) {
        throw new ConnectionLimitException(limit);
      }
      if (byId.containsKey(connection.id())) {
        throw new IllegalStateException("connection id " + connection.id() + " is taken");
      }
      first.run();
      byId.put(connection.id(), connection);
      byIdentity
          .computeIfAbsent(connection.identity().label(), label -> new LinkedHashSet<>())
          .add(connection);
    } finally {
      lock.unlock();
    }
    metrics.connectionAdded();
  }

  /** Removes a connection; returns whether it was there. */
  public boolean remove(C connection) {
    lock.lock();
    try {
      if (!byId.remove(connection.id(), connection)) {
        return false;
      }
      Set<C> same = byIdentity.get(connection.identity().label());
      if (same != null && same.remove(connection) && same.isEmpty()) {
        byIdentity.remove(connection.identity().label());
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The connection of this id. */
  public Optional<C> find(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(byId.get(id));
    } finally {
      lock.unlock();
    }
  }

  /** The connection of this id, or else all connections of this identity. */
  public List<C> findByIdOrIdentity(String idOrIdentity) {
    lock.lock();
    try {
      C one = byId.get(idOrIdentity);
      return one != null
          ? List.of(one)
          : List.copyOf(byIdentity.getOrDefault(idOrIdentity, Set.of()));
    } finally {
      lock.unlock();
    }
  }

  /** All, oldest first, as they are now. */
  public List<C> all() {
    lock.lock();
    try {
      return new ArrayList<>(byId.values());
    } finally {
      lock.unlock();
    }
  }

  /** The figures of all, oldest first. */
  public List<ConnectionInfo> infos() {
    return all().stream().map(Connection::info).toList();
  }

  /** How many there are. */
  public int count() {
    lock.lock();
    try {
      return byId.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many there may be. */
  public int limit() {
    return limit;
  }

  /**
   * Gives one thing to several connections and gathers what became of it.
   *
   * @param unreachable recipients that are known to be gone, by id
   * @param send starts sending to one connection; must not throw, and calls back exactly once: with
   *     null when the socket took it
   * @return completes with the last recipient
   */
  public CompletionStage<BroadcastResult> broadcast(
      Collection<C> recipients,
      Map<String, TransportException> unreachable,
      BiConsumer<C, BiConsumer<C, @Nullable TransportException>> send) {
    Gathering gathering = new Gathering(recipients.size(), unreachable);
    for (C recipient : recipients) {
      send.accept(recipient, gathering::done);
    }
    gathering.sent();
    return gathering.result;
  }

  /** What became of one broadcast, so far. */
  private final class Gathering {
    final CompletableFuture<BroadcastResult> result = new CompletableFuture<>();
    private final long start = System.nanoTime();
    private final ReentrantLock gate = new ReentrantLock();
    private final List<String> delivered;
    private final Map<String, TransportException> failed;
    // One more than there are recipients: the call itself, so an early end cannot be the last.
    private int open;

    Gathering(int recipients, Map<String, TransportException> unreachable) {
      open = recipients + 1;
      delivered = new ArrayList<>(recipients);
      failed = new LinkedHashMap<>(unreachable);
    }

    void done(C connection, @Nullable TransportException failure) {
      gate.lock();
      try {
        if (failure == null) {
          delivered.add(connection.id());
        } else {
          failed.put(connection.id(), failure);
        }
      } finally {
        gate.unlock();
      }
      sent();
    }

    void sent() {
      BroadcastResult complete = null;
      gate.lock();
      try {
        open--;
        if (open == 0) {
          complete = new BroadcastResult(delivered, failed);
        }
      } finally {
        gate.unlock();
      }
      if (complete != null) {
        long took = System.nanoTime() - start;
        metrics.broadcast(complete.delivered().size(), Duration.ofNanos(took));
        result.complete(complete);
      }
    }
  }
}
