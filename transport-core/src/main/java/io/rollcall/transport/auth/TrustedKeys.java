package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only list of who is trusted, by id and by whole key. Thread-safe: a change is seen by every
 * lookup that begins after it, and no lookup sees half of one. Changes happen one after the other,
 * and each is over when its listeners have heard of it. It holds what the operator put in, so it
 * has no limit of its own.
 */
public final class TrustedKeys {

  /** Whoever changes the list through these methods, and says no more about it. */
  static final String APPLICATION = "the application";

  private static final Logger log = LoggerFactory.getLogger(TrustedKeys.class);

  /** Ids that would be mistaken for a sender of ours, or for a peer without an id. */
  private static final Set<String> RESERVED =
      Set.of("publisher", "server", PeerIdentity.UNAUTHENTICATED);

  private final ReentrantLock changing = new ReentrantLock();
  private final List<TrustListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Snapshot snapshot = new Snapshot(new TreeMap<>(), Map.of());

  /**
   * Trusts the keys of this entry under its id. Keys that the id had before are trusted no longer:
   * an id is replaced, never extended.
   *
   * @throws IllegalArgumentException when the id is empty or reserved, there is no key, or a key
   *     belongs to another id; nothing has changed then
   */
  public void put(TrustedEntry entry) {
    var _ =
        change(
            APPLICATION,
            entries -> {
              entries.put(entry.id(), entry);
              return entries;
            });
  }

  /**
   * Trusts the keys of this id no longer.
   *
   * @throws IllegalArgumentException when the id is not in the list
   */
  public void remove(String id) {
    var _ =
        change(
            APPLICATION,
            entries -> {
              if (entries.remove(id) == null) {
                throw new IllegalArgumentException("'" + id + "' is no trusted id");
              }
              return entries;
            });
  }

  /**
   * Replaces the whole list in one step and tells the listeners, if anything is different.
   *
   * @param by who or what does it, for people
   * @param change is given a copy of the list and returns the new one, each entry under its id;
   *     what it throws stops the change
   * @throws IllegalArgumentException as {@link #put}; nothing has changed then
   */
  public TrustChange change(String by, UnaryOperator<SortedMap<String, TrustedEntry>> change) {
    changing.lock();
    try {
      Snapshot before = snapshot;
      Snapshot after = Snapshot.of(change.apply(new TreeMap<>(before.byId())));
      TrustChange made = new TrustChange(by, before.list(), after.list());
      if (!made.isEmpty()) {
        snapshot = after;
        listeners.forEach(listener -> tell(listener, made));
      }
      return made;
    } finally {
      changing.unlock();
    }
  }

  private static void tell(TrustListener listener, TrustChange change) {
    try {
      listener.trustChanged(change);
    } catch (RuntimeException fault) {
      log.error("a listener failed on a change of the trusted keys", fault);
    }
  }

  /**
   * Tells this listener of every change from now on.
   *
   * @return ends that
   */
  public Runnable listen(TrustListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Whose key these 33 compressed bytes are; any other bytes are nobody's. */
  public Optional<PeerIdentity.Trusted> find(ByteString compressedKey) {
    return Optional.ofNullable(snapshot.byKey().get(compressedKey));
  }

  /** What is trusted now, by id. */
  public List<TrustedEntry> entries() {
    return snapshot.list();
  }

  private static void check(TrustedEntry entry) {
    String id = entry.id();
    if (id.isBlank()) {
      throw new IllegalArgumentException("a trusted id is empty, expected a name");
    }
    if (RESERVED.contains(id) || id.startsWith(PeerIdentity.UNKNOWN_PREFIX)) {
      throw new IllegalArgumentException(
          "trusted id '%s' is reserved, expected anything but publisher, server, %s and %s..."
              .formatted(id, PeerIdentity.UNAUTHENTICATED, PeerIdentity.UNKNOWN_PREFIX));
    }
    if (entry.publicKeys().isEmpty()) {
      throw new IllegalArgumentException(
          "trusted id '" + id + "' has no public key, expected at least one");
    }
  }

  /** Both ways to look, made together and never changed: that is what makes a change atomic. */
  private record Snapshot(
      SortedMap<String, TrustedEntry> byId, Map<ByteString, PeerIdentity.Trusted> byKey) {

    static Snapshot of(SortedMap<String, TrustedEntry> entries) {
      Map<ByteString, PeerIdentity.Trusted> byKey = new HashMap<>();
      for (TrustedEntry entry : entries.values()) {
        check(entry);
        for (PublicKey key : entry.publicKeys()) {
          PeerIdentity.Trusted other =
              byKey.put(
                  key.bytes(),
                  new PeerIdentity.Trusted(
                      entry.id(),
                      key.bytes(),
                      entry.chainIds(),
                      entry.connections(),
                      entry.v2Only()));
          if (other != null) {
            throw new IllegalArgumentException(
                "public key %s belongs to trusted id '%s' and cannot belong to '%s' too"
                    .formatted(key.hex(), other.id(), entry.id()));
          }
        }
      }
      return new Snapshot(new TreeMap<>(entries), byKey);
    }

    List<TrustedEntry> list() {
      return List.copyOf(byId.values());
    }
  }
}
