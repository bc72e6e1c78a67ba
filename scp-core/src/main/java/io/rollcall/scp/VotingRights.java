package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The chains a peer may speak for. The same rights hold for votes, blocks and mailbox messages; a
 * message for any other chain is an identity mismatch. Immutable, any thread.
 */
public sealed interface VotingRights {

  /** Speaks for these chains and no others: a trusted identity that is bound to chains. */
  static VotingRights bound(Collection<ChainId> chains) {
    return new Bound(new TreeSet<>(chains));
  }

  /**
   * Speaks for every chain that nobody is bound to: a trusted identity without chains or, as there
   * are no bound chains then, anybody while authentication is off.
   */
  static VotingRights unbound() {
    return new Unbound();
  }

  /** Speaks for no chain: may submit, and hears of its own XTs only. */
  static VotingRights submitOnly() {
    return new SubmitOnly();
  }

  /**
   * Whether the peer may speak for {@code chain}.
   *
   * @param boundChains the chains that any trusted identity is bound to, connected or not; empty
   *     while authentication is off
   */
  boolean mayVote(ChainId chain, Set<ChainId> boundChains);

  /**
   * Rights for the chains listed.
   *
   * @param chains at least one
   */
  record Bound(SortedSet<ChainId> chains) implements VotingRights {

    /** Takes a copy. */
    public Bound {
      if (chains.isEmpty()) {
        throw new IllegalArgumentException("bound to no chain; expected at least one");
      }
      chains = Collections.unmodifiableSortedSet(new TreeSet<>(chains));
    }

    @Override
    public boolean mayVote(ChainId chain, Set<ChainId> boundChains) {
      return chains.contains(chain);
    }
  }

  /** Rights for the chains that are left. */
  record Unbound() implements VotingRights {

    @Override
    public boolean mayVote(ChainId chain, Set<ChainId> boundChains) {
      return !boundChains.contains(chain);
    }
  }

  /** No rights. */
  record SubmitOnly() implements VotingRights {

    @Override
    public boolean mayVote(ChainId chain, Set<ChainId> boundChains) {
      return false;
    }
  }
}
