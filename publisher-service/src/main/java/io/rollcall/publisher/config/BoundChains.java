package io.rollcall.publisher.config;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.autoconfigure.AuthProperties;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which trusted identity is bound to which chain, as configured. Immutable, any thread.
 *
 * @param identitiesByChain for each chain that anybody is bound to, those identities
 * @param unboundIdentities trusted identities without chains, sorted
 */
record BoundChains(
    SortedMap<ChainId, TreeSet<String>> identitiesByChain, List<String> unboundIdentities) {

  /** Nobody is bound to anything while authentication is off: nobody could prove it. */
  static BoundChains of(AuthProperties auth) {
    TreeMap<ChainId, TreeSet<String>> byChain = new TreeMap<>();
    TreeSet<String> unbound = new TreeSet<>();
    if (auth.enabled()) {
      auth.trustedSequencers()
          .forEach((id, entry) -> {
            Set<ChainId> chains = entry.chains();
            chains.forEach(chain -> byChain.computeIfAbsent(chain, _ -> new TreeSet<>()).add(id));
            if (chains.isEmpty()) {
              unbound.add(id);
            }
          });
    }
    return new BoundChains(byChain, List.copyOf(unbound));
  }
}
