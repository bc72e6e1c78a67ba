package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The only list of who is trusted, by id and by whole key. Thread-safe: a change is seen by every
 * lookup that begins after it, and no lookup sees half of one. It holds what the operator put in,
 * so it has no limit of its own.
 */
public final class TrustedKeys {

  /** Ids that would be mistaken for a sender of ours, or for a peer without an id. */
  private static final Set<String> RESERVED =
      Set.of("publisher", "server", PeerIdentity.UNAUTHENTICATED);

  private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of());

  /**
   * Trusts the keys of this entry under its id. Keys that the id had before are trusted no longer:
   * an id is replaced, never extended.
   *
   * @throws IllegalArgumentException when the id is empty or reserved, there is no key, or a key
   *     belongs to another id; nothing has changed then
   */
  public synchronized void put(TrustedEntry entry) {
    String id = entry.id();
    checkId(id);
    if (entry.publicKeys().isEmpty()) {
      throw new IllegalArgumentException(
          "trusted id '" + id + "' has no public key, expected at least one");
    }
    for (PublicKey key : entry.publicKeys()) {
      PeerIdentity.Trusted owner = snapshot.byKey().get(key.bytes());
      if (owner != null && !owner.id().equals(id)) {
        throw new IllegalArgumentException(
            "public key %s belongs to trusted id '%s' and cannot belong to '%s' too"
                .formatted(key.hex(), owner.id(), id));
      }
    }
    Map<String, TrustedEntry> entries = new TreeMap<>(snapshot.byId());
    entries.put(id, entry);
    snapshot = Snapshot.of(entries);
  }

  /**
   * Trusts the keys of this id no longer. Connections that are open stay.
   *
   * @throws IllegalArgumentException when the id is not in the list
   */
  public synchronized void remove(String id) {
    Map<String, TrustedEntry> entries = new TreeMap<>(snapshot.byId());
    if (entries.remove(id) == null) {
      throw new IllegalArgumentException("'" + id + "' is no trusted id");
    }
    snapshot = Snapshot.of(entries);
  }

  /** Whose key these 33 compressed bytes are; any other bytes are nobody's. */
  public Optional<PeerIdentity.Trusted> find(ByteString compressedKey) {
    return Optional.ofNullable(snapshot.byKey().get(compressedKey));
  }

  /** What is trusted now, by id. */
  public List<TrustedEntry> entries() {
    return List.copyOf(snapshot.byId().values());
  }

  private static void checkId(String id) {
    if (id.isBlank()) {
      throw new IllegalArgumentException("a trusted id is empty, expected a name");
    }
    if (RESERVED.contains(id) || id.startsWith(PeerIdentity.UNKNOWN_PREFIX)) {
      throw new IllegalArgumentException(
          "trusted id '%s' is reserved, expected anything but publisher, server, %s and %s..."
              .formatted(id, PeerIdentity.UNAUTHENTICATED, PeerIdentity.UNKNOWN_PREFIX));
    }
  }

  /** Both ways to look, made together and never changed: that is what makes a change atomic. */
  private record Snapshot(
      Map<String, TrustedEntry> byId, Map<ByteString, PeerIdentity.Trusted> byKey) {

    static Snapshot of(Map<String, TrustedEntry> entries) {
      Map<ByteString, PeerIdentity.Trusted> byKey = new HashMap<>();
      for (TrustedEntry entry : entries.values()) {
        for (PublicKey key : entry.publicKeys()) {
          byKey.put(
              key.bytes(),
              new PeerIdentity.Trusted(
                  entry.id(), key.bytes(), entry.chainIds(), entry.connections(), entry.v2Only()));
        }
      }
      return new Snapshot(entries, byKey);
    }
  }
}
