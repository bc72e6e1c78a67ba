package io.rollcall.publisher.config;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.auth.TrustedEntry;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which trusted identity is bound to which chain, at one moment. Immutable, any thread.
 *
 * @param identitiesByChain for each chain that anybody is bound to, those identities
 * @param unboundIdentities trusted identities without chains, sorted
 */
record BoundChains(
    SortedMap<ChainId, SortedSet<String>> identitiesByChain, List<String> unboundIdentities) {

  /** Of those who are trusted: nobody, while authentication is off. */
  static BoundChains of(Collection<TrustedEntry> trusted) {
    TreeMap<ChainId, SortedSet<String>> byChain = new TreeMap<>();
    TreeSet<String> unbound = new TreeSet<>();
    for (TrustedEntry entry : trusted) {
      entry
          .chainIds()
          .forEach(chain -> byChain.computeIfAbsent(chain, _ -> new TreeSet<>()).add(entry.id()));
      if (entry.chainIds().isEmpty()) {
        unbound.add(entry.id());
      }
    }
    return new BoundChains(byChain, List.copyOf(unbound));
  }
}
