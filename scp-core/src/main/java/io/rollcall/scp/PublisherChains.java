package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The chains worth knowing: bound ones always, others while in use and for a bounded while after.
 */
final class PublisherChains {

  private final Map<ChainId, PublisherChain> known = new LinkedHashMap<>();
  private final Set<PublisherChain> idle = new LinkedHashSet<>();

  PublisherChains(Collection<ChainId> reserved) {
    reserved.forEach(id -> known.put(id, new PublisherChain(id, true)));
  }

  /** The chain, if it is known. */
  @Nullable PublisherChain find(ChainId id) {
    return known.get(id);
  }

  /** The chain, to be used: whoever is done with it calls {@link #release}. */
  PublisherChain use(ChainId id) {
    PublisherChain chain = known.computeIfAbsent(id, unknown -> new PublisherChain(id, false));
    idle.remove(chain);
    return chain;
  }

  /** Forgets the chain unless it is still in use or worth remembering. */
  void release(PublisherChain chain) {
    if (!chain.unused()) {
      return;
    }
    if (!chain.memorable()) {
      known.remove(chain.id());
      return;
    }
    idle.add(chain);
    if (idle.size() > PublisherRules.MAX_IDLE_CHAINS) {
      PublisherChain oldest = idle.iterator().next();
      idle.remove(oldest);
      known.remove(oldest.id());
    }
  }

  /** All that are known, in the order they became so. */
  Collection<PublisherChain> all() {
    return known.values();
  }

  /** All that are known, ascending. */
  List<PublisherChain> sorted() {
    return known.values().stream().sorted(Comparator.comparing(PublisherChain::id)).toList();
  }
}
