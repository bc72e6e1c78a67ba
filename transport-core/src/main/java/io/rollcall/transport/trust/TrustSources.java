package io.rollcall.transport.trust;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustChange;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts together who is trusted: what the properties say, what the file says, and on top of both
 * what was added and removed by hand, until the process ends. Ids that the application put into
 * {@link TrustedKeys} itself are left alone.
 *
 * <p>Each change is one step of {@link TrustedKeys}, or nothing at all. Safe for any thread; a
 * change waits for the one before and for its listeners.
 */
public final class TrustSources {

  /** Where it is said that a key is trusted. */
  public enum Source {
    /** {@code auth.trusted-sequencers}. */
    PROPERTIES,
    /** {@code auth.trusted-sequencers-file}. */
    FILE,
    /** By hand, since the start. */
    OPERATION
  }

  /**
   * Somebody who is trusted now.
   *
   * @param entry the id with everything that counts
   * @param sources where each of its keys comes from
   */
  public record Known(TrustedEntry entry, Map<PublicKey, Source> sources) {}

  /**
   * What is removed by hand and still stands in properties or file.
   *
   * @param id the id there
   * @param keys its keys there
   * @param source which of the two
   */
  public record HeldBack(String id, Set<PublicKey> keys, Source source) {}

  private final TrustedKeys trusted;
  private final ReentrantLock lock = new ReentrantLock();
  private Layers layers;
  private Set<String> mine = Set.of();

  /**
   * Trusts what both say.
   *
   * @throws IllegalArgumentException when an id or a key is in both
   */
  public TrustSources(
      TrustedKeys trusted,
      Collection<TrustedEntry> fromProperties,
      Collection<TrustedEntry> fromFile) {
    this.trusted = trusted;
    this.layers =
        new Layers(byId(fromProperties), Map.of(), Map.of(), Map.of(), Set.of(), Set.of());
    var _ = change("the start", layers.withFile(byId(fromFile)));
  }

  private static Map<String, TrustedEntry> byId(Collection<TrustedEntry> entries) {
    Map<String, TrustedEntry> byId = new TreeMap<>();
    entries.forEach(entry -> byId.put(entry.id(), entry));
    return byId;
  }

  /**
   * The file says this now.
   *
   * @param by what the change is called
   * @throws IllegalArgumentException when an id or a key is in the properties too; nothing has
   *     changed then
   */
  public TrustChange file(String by, Collection<TrustedEntry> entries) {
    lock.lock();
    try {
      return change(by, layers.withFile(byId(entries)));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Trusts further keys of an id that is trusted.
   *
   * @throws IllegalArgumentException when it is not, or a key is another's; nothing has changed
   */
  public TrustChange addKeys(String by, String id, Set<PublicKey> keys) {
    lock.lock();
    try {
      if (!layers.effective().containsKey(id)) {
        throw new IllegalArgumentException("'" + id + "' is no trusted id");
      }
      checkOwner(id, keys);
      return change(by, layers.withKeys(id, keys));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Trusts somebody new.
   *
   * @throws IllegalArgumentException when the id is trusted already or reserved, or a key is
   *     another's; nothing has changed then
   */
  public TrustChange add(String by, TrustedEntry entry) {
    lock.lock();
    try {
      if (layers.effective().containsKey(entry.id())) {
        throw new IllegalArgumentException("'" + entry.id() + "' is trusted already");
      }
      checkOwner(entry.id(), entry.publicKeys());
      return change(by, layers.withEntry(entry));
    } finally {
      lock.unlock();
    }
  }

  private void checkOwner(String id, Set<PublicKey> keys) {
    for (TrustedEntry entry : trusted.entries()) {
      for (PublicKey key : keys) {
        if (!entry.id().equals(id) && entry.publicKeys().contains(key)) {
          throw new IllegalArgumentException(
              "public key " + key.hex() + " is the key of '" + entry.id() + "'");
        }
      }
    }
  }

  /**
   * Trusts nobody of this id any more.
   *
   * @throws IllegalArgumentException when it is not trusted
   */
  public TrustChange remove(String by, String id) {
    lock.lock();
    try {
      if (!layers.effective().containsKey(id)) {
        throw new IllegalArgumentException("'" + id + "' is no trusted id");
      }
      return change(by, layers.without(id));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Trusts this key no longer; with its last key the id goes too.
   *
   * @throws IllegalArgumentException when it is not trusted under this id
   */
  public TrustChange removeKey(String by, String id, PublicKey key) {
    lock.lock();
    try {
      TrustedEntry entry = layers.effective().get(id);
      if (entry == null || !entry.publicKeys().contains(key)) {
        throw new IllegalArgumentException(
            "public key " + key.hex() + " is no key of '" + id + "'");
      }
      return change(by, layers.withoutKey(id, key));
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock, but for the first. */
  private TrustChange change(String by, Layers next) {
    Map<String, TrustedEntry> effective = next.effective();
    TrustChange change =
        trusted.change(
            by,
            entries -> {
              entries.keySet().removeAll(mine);
              effective.forEach((id, entry) -> {
                if (entries.put(id, entry) != null) {
                  throw new IllegalArgumentException(
                      "'" + id + "' is an id that the application trusts itself");
                }
              });
              return entries;
            });
    layers = next;
    mine = Set.copyOf(effective.keySet());
    return change;
  }

  /** Who is trusted now, by id; without those that the application put there itself. */
  public List<Known> known() {
    lock.lock();
    try {
      return layers.effective().values().stream()
          .map(entry -> new Known(entry, layers.sources(entry)))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** What would be trusted but for what was removed by hand. */
  public List<HeldBack> heldBack() {
    lock.lock();
    try {
      return layers.heldBack();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What is said, and by whom. Never changed.
   *
   * @param properties entries by id
   * @param file entries by id, none of which is in the properties
   * @param added entries added by hand
   * @param furtherKeys keys added by hand to entries of properties and file
   * @param removedIds ids of properties and file that were removed by hand
   * @param removedKeys keys of properties and file that were removed by hand
   */
  private record Layers(
      Map<String, TrustedEntry> properties,
      Map<String, TrustedEntry> file,
      Map<String, TrustedEntry> added,
      Map<String, Set<PublicKey>> furtherKeys,
      Set<String> removedIds,
      Set<PublicKey> removedKeys) {

    Layers withFile(Map<String, TrustedEntry> entries) {
      for (TrustedEntry entry : entries.values()) {
        for (TrustedEntry other : properties.values()) {
          if (entry.id().equals(other.id())) {
            throw new IllegalArgumentException(
                "'%s' is in auth.trusted-sequencers too, expected in one of the two"
                    .formatted(entry.id()));
          }
          for (PublicKey key : entry.publicKeys()) {
            if (other.publicKeys().contains(key)) {
              throw new IllegalArgumentException(
                  "public key %s of '%s' is in auth.trusted-sequencers too, of '%s'; expected in one of the two"
                      .formatted(key.hex(), entry.id(), other.id()));
            }
          }
        }
      }
      return new Layers(properties, entries, added, furtherKeys, removedIds, removedKeys);
    }

    Layers withKeys(String id, Set<PublicKey> keys) {
      Map<String, TrustedEntry> entries = new TreeMap<>(added);
      Map<String, Set<PublicKey>> further = new TreeMap<>(furtherKeys);
      TrustedEntry own = added.get(id);
      if (own != null) {
        entries.put(id, with(own, union(own.publicKeys(), keys)));
      } else {
        Set<PublicKey> more = union(furtherKeys.getOrDefault(id, Set.of()), keys);
        more.removeAll(configured(id).map(TrustedEntry::publicKeys).orElse(Set.of()));
        further.put(id, more);
      }
      return new Layers(properties, file, entries, further, removedIds, minus(removedKeys, keys));
    }

    Layers withEntry(TrustedEntry entry) {
      Map<String, TrustedEntry> entries = new TreeMap<>(added);
      entries.put(entry.id(), entry);
      // It was removed by hand, else it would be there: what is configured of it stays away.
      Set<String> ids =
          configured(entry.id()).isPresent() ? union(removedIds, Set.of(entry.id())) : removedIds;
      return new Layers(
          properties, file, entries, furtherKeys, ids, minus(removedKeys, entry.publicKeys()));
    }

    Layers without(String id) {
      Map<String, TrustedEntry> entries = new TreeMap<>(added);
      entries.remove(id);
      Map<String, Set<PublicKey>> further = new TreeMap<>(furtherKeys);
      further.remove(id);
      Set<String> ids = configured(id).isPresent() ? union(removedIds, Set.of(id)) : removedIds;
      return new Layers(properties, file, entries, further, ids, removedKeys);
    }

    Layers withoutKey(String id, PublicKey key) {
      Map<String, TrustedEntry> entries = new TreeMap<>(added);
      entries.computeIfPresent(
          id,
          (same, entry) -> {
            Set<PublicKey> left = minus(entry.publicKeys(), Set.of(key));
            return left.isEmpty() ? null : with(entry, left);
          });
      Map<String, Set<PublicKey>> further = new TreeMap<>(furtherKeys);
      further.computeIfPresent(id, (same, keys) -> minus(keys, Set.of(key)));
      boolean stands = configured(id).filter(entry -> entry.publicKeys().contains(key)).isPresent();
      return new Layers(
          properties,
          file,
          entries,
          further,
          removedIds,
          stands ? union(removedKeys, Set.of(key)) : removedKeys);
    }

    private Optional<TrustedEntry> configured(String id) {
      TrustedEntry entry = properties.get(id);
      return Optional.ofNullable(entry == null ? file.get(id) : entry);
    }

    /** By id. Where hand and file say different things of an id or a key, the hand wins. */
    Map<String, TrustedEntry> effective() {
      Map<PublicKey, String> byHand = new TreeMap<>((a, b) -> a.hex().compareTo(b.hex()));
      added.forEach((id, entry) -> entry.publicKeys().forEach(key -> byHand.put(key, id)));
      furtherKeys.forEach((id, keys) -> {
        if (configured(id).isPresent()) {
          keys.forEach(key -> byHand.put(key, id));
        }
      });
      Map<String, TrustedEntry> effective = new TreeMap<>();
      for (TrustedEntry entry : all()) {
        String id = entry.id();
        if (removedIds.contains(id)) {
          continue;
        }
        Set<PublicKey> keys = new LinkedHashSet<>(entry.publicKeys());
        keys.removeAll(removedKeys);
        keys.addAll(furtherKeys.getOrDefault(id, Set.of()));
        keys.removeIf(key -> !byHand.getOrDefault(key, id).equals(id));
        if (!keys.isEmpty()) {
          effective.put(id, with(entry, keys));
        }
      }
      added.forEach((id, entry) ->
          effective.merge(
              id,
              entry,
              (configured, own) -> with(own, union(configured.publicKeys(), own.publicKeys()))));
      return effective;
    }

    private List<TrustedEntry> all() {
      List<TrustedEntry> all = new ArrayList<>(properties.values());
      all.addAll(file.values());
      return all;
    }

    Map<PublicKey, Source> sources(TrustedEntry entry) {
      Map<PublicKey, Source> sources = new TreeMap<>((a, b) -> a.hex().compareTo(b.hex()));
      boolean away = removedIds.contains(entry.id());
      for (PublicKey key : entry.publicKeys()) {
        sources.put(
            key,
            !away && has(properties, entry.id(), key)
                ? Source.PROPERTIES
                : !away && has(file, entry.id(), key) ? Source.FILE : Source.OPERATION);
      }
      return sources;
    }

    private static boolean has(Map<String, TrustedEntry> entries, String id, PublicKey key) {
      TrustedEntry entry = entries.get(id);
      return entry != null && entry.publicKeys().contains(key);
    }

    List<HeldBack> heldBack() {
      Map<String, TrustedEntry> effective = effective();
      List<HeldBack> heldBack = new ArrayList<>();
      for (TrustedEntry entry : all()) {
        TrustedEntry now = effective.get(entry.id());
        Set<PublicKey> missing =
            now == null ? entry.publicKeys() : minus(entry.publicKeys(), now.publicKeys());
        if (!missing.isEmpty()) {
          heldBack.add(
              new HeldBack(
                  entry.id(),
                  missing,
                  properties.containsKey(entry.id()) ? Source.PROPERTIES : Source.FILE));
        }
      }
      return heldBack;
    }

    private static TrustedEntry with(TrustedEntry entry, Set<PublicKey> keys) {
      Set<ChainId> chains = entry.chainIds();
      return new TrustedEntry(entry.id(), keys, chains, entry.connections(), entry.v2Only());
    }

    private static <T> Set<T> union(Set<T> some, Set<T> more) {
      Set<T> union = new LinkedHashSet<>(some);
      union.addAll(more);
      return union;
    }

    private static <T> Set<T> minus(Set<T> some, Set<T> fewer) {
      Set<T> left = new LinkedHashSet<>(some);
      left.removeAll(fewer);
      return left;
    }
  }
}
