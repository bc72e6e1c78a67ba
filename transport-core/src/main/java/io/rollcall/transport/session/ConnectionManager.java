package io.rollcall.transport.session;

import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionLimitException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.metrics.TransportMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The admitted connections of a server: by id, by identity, oldest first, never more than the
 * limit, and of one identity never more than it may have: then the newest takes the place of the
 * oldest, unless {@link ReplacementRule} says that this happens too often. At the limit a trusted
 * newcomer takes the place of the newest that is not trusted, so strangers keep nobody out.
 *
 * <p>A connection that is gone from here is remembered until its last message was handled, so that
 * its successor can wait for that. An identity with {@value #MOST_UNHANDLED} of those more than it
 * may have connections gets no further one; and strangers, who may have a new identity each time,
 * get none while such connections and those that are open are twice the limit.
 *
 * <p>Safe for any thread; every call is one atomic step and none waits for a peer.
 *
 * @param <C> the server's kind of connection
 */
public final class ConnectionManager<C extends Replaceable> {

  static final int MOST_UNHANDLED = 2;

  /**
   * What a newcomer finds.
   *
   * @param replaced whose place it takes; it is no longer held here and is to be ended
   * @param before connections of its identity, the replaced ones among them, whose last message is
   *     not handled yet
   * @param forRoom a stranger that gave way at the limit; likewise
   * @param <C> the server's kind of connection
   */
  public record Admitted<C>(List<C> replaced, List<C> before, Optional<C> forRoom) {}

  private final int limit;
  private final TransportMetrics metrics;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock, in the order of admission.
  private final SequencedMap<String, C> byId = new LinkedHashMap<>();
  private final Map<String, Set<C>> byIdentity = new LinkedHashMap<>();
  private final Map<IdentityKey, Set<C>> unhandled = new HashMap<>();
  private final Map<String, C> unhandledById = new HashMap<>();
  private final ReplacementRule rule = new ReplacementRule();

  /**
   * Holds none yet.
   *
   * @param limit the most connections it will hold
   * @param nanoTime a clock that only goes forward, in nanoseconds
   */
  public ConnectionManager(int limit, TransportMetrics metrics, LongSupplier nanoTime) {
    this.limit = limit;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /**
   * Admits a connection.
   *
   * @param first done before anybody else can see the connection, and only if it is admitted; must
   *     not wait
   * @throws ConnectionLimitException when the limit is reached, and it may take nobody's place
   * @throws ReplacementThrottledException when its identity has as many as it may and none of them
   *     may be replaced now, or when too many that it had are not handled yet
   * @throws IllegalStateException when its id is held already; ids are random, so this is a fault
   */
  public Admitted<C> add(C connection, Runnable first) {
    Admitted<C> admitted;
    lock.lock();
    try {
      if (byId.containsKey(connection.id())) {
        throw new IllegalStateException("connection id " + connection.id() + " is taken");
      }
      Optional<IdentityKey> key = IdentityKey.of(connection.identity());
      List<C> replaced = key.map(same -> toReplace(same, connection)).orElse(List.of());
      Optional<C> forRoom = Optional.empty();
      if (byId.size() - replaced.size() >= limit || strangersLeftTooMuch(connection)) {
        forRoom = givesWayTo(connection);
        if (forRoom.isEmpty()) {
          throw new ConnectionLimitException(limit);
        }
      }
      first.run();
      forRoom.ifPresent(this::takeOut);
      for (C old : replaced) {
        takeOut(old);
        key.ifPresent(same -> rule.replaced(same, nanoTime.getAsLong()));
      }
      byId.put(connection.id(), connection);
      byIdentity
          .computeIfAbsent(connection.identity().label(), label -> new LinkedHashSet<>())
          .add(connection);
      admitted =
          new Admitted<>(
              replaced,
              key.map(same -> List.copyOf(unhandled.getOrDefault(same, Set.of())))
                  .orElse(List.of()),
              forRoom);
    } finally {
      lock.unlock();
    }
    metrics.connectionAdded();
    admitted.replaced.forEach(old -> metrics.connectionReplaced());
    return admitted;
  }

  /** Under the lock. */
  private boolean strangersLeftTooMuch(C newcomer) {
    return !(newcomer.identity() instanceof PeerIdentity.Trusted)
        && byId.size() + unhandledById.size() >= 2L * limit;
  }

  /** The newest stranger, if the newcomer is none. Under the lock. */
  private Optional<C> givesWayTo(C newcomer) {
    return newcomer.identity() instanceof PeerIdentity.Trusted
        ? byId.sequencedValues().reversed().stream()
            .filter(other -> !(other.identity() instanceof PeerIdentity.Trusted))
            .findFirst()
        : Optional.empty();
  }

  /** The oldest beyond what the identity may have, one more counted. Under the lock. */
  private List<C> toReplace(IdentityKey key, C newcomer) {
    int allowed = IdentityKey.allowed(newcomer.identity());
    List<C> same = new ArrayList<>();
    for (C other : List.copyOf(byIdentity.getOrDefault(newcomer.identity().label(), Set.of()))) {
      if (IdentityKey.of(other.identity()).filter(key::equals).isPresent()) {
        if (other.ended()) {
          // It only has not been told here yet.
          takeOut(other);
        } else {
          same.add(other);
        }
      }
    }
    if (unhandled.getOrDefault(key, Set.of()).size() >= allowed + MOST_UNHANDLED) {
      throw new ReplacementThrottledException(
          "messages of its connections before are still being handled");
    }
    List<C> beyond = same.subList(0, Math.max(0, same.size() + 1 - allowed));
    for (C old : beyond) {
      if (!rule.allows(key, nanoTime.getAsLong(), old.lived(), old.unanswered())) {
        old.probe();
        throw new ReplacementThrottledException(
            "was connected again twice within a minute, and connection "
                + old.id()
                + " lives for less than "
                + ReplacementRule.SETTLED.toSeconds()
                + " s");
      }
    }
    return beyond;
  }

  /** Removes a connection; returns whether it was there. */
  public boolean remove(C connection) {
    lock.lock();
    try {
      return takeOut(connection);
    } finally {
      lock.unlock();
    }
  }

  private boolean takeOut(C connection) {
    if (!byId.remove(connection.id(), connection)) {
      return false;
    }
    unhandledById.put(connection.id(), connection);
    String label = connection.identity().label();
    Set<C> same = byIdentity.get(label);
    if (same != null && same.remove(connection) && same.isEmpty()) {
      byIdentity.remove(label);
    }
    IdentityKey.of(connection.identity())
        .ifPresent(
            key -> unhandled.computeIfAbsent(key, none -> new LinkedHashSet<>()).add(connection));
    return true;
  }

  /** The last message of a connection that was removed or replaced is handled. */
  public void handled(C connection) {
    lock.lock();
    try {
      unhandledById.remove(connection.id());
      IdentityKey.of(connection.identity())
          .ifPresent(key ->
              unhandled.computeIfPresent(
                  key,
                  (same, those) -> {
                    those.remove(connection);
                    return those.isEmpty() ? null : those;
                  }));
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

  /** The connection of this id, also one that is gone and not handled to the end. */
  public Optional<C> findUntilHandled(String id) {
    lock.lock();
    try {
      C open = byId.get(id);
      return Optional.ofNullable(open != null ? open : unhandledById.get(id));
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
