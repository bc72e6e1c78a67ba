package io.rollcall.publisher.handler;

import io.rollcall.proto.ChainId;
import io.rollcall.scp.VotingRights;
import io.rollcall.transport.PeerIdentity;
import java.util.Set;

/**
 * Who may speak for which chain. Chains bound to trusted identities belong to those; a trusted
 * identity without chains may speak for the rest; whoever is not trusted for none. While
 * authentication is off, anybody may speak for any chain. Any thread; the bound chains may change,
 * and each question is answered by those of its moment.
 */
public final class VotingPolicy {

  private final boolean authenticated;
  private volatile Set<ChainId> boundChains;

  /**
   * For these chains.
   *
   * @param authenticated whether peers are authenticated at all
   * @param boundChains the chains that any trusted identity is bound to; nothing is bound while
   *     authentication is off
   */
  public VotingPolicy(boolean authenticated, Set<ChainId> boundChains) {
    this.authenticated = authenticated;
    this.boundChains = authenticated ? Set.copyOf(boundChains) : Set.of();
  }

  /** Other chains are bound from now on. */
  public void bind(Set<ChainId> chains) {
    boundChains = authenticated ? Set.copyOf(chains) : Set.of();
  }

  /** Whether peers are authenticated at all. */
  public boolean authenticated() {
    return authenticated;
  }

  /** The chains that any trusted identity is bound to now. */
  public Set<ChainId> boundChains() {
    return boundChains;
  }

  /** The chains this peer may speak for. */
  public VotingRights rightsOf(PeerIdentity peer) {
    if (!authenticated) {
      return VotingRights.unbound();
    }
    return switch (peer) {
      case PeerIdentity.Trusted trusted when trusted.chainIds().isEmpty() -> VotingRights.unbound();
      case PeerIdentity.Trusted trusted -> VotingRights.bound(trusted.chainIds());
      case PeerIdentity.Unknown _, PeerIdentity.Unauthenticated _ -> VotingRights.submitOnly();
    };
  }

  /**
   * Whether this peer may speak for this chain; the same answer as its rights give, and cheaper.
   */
  public boolean maySpeak(PeerIdentity peer, ChainId chain) {
    if (!authenticated) {
      return true;
    }
    return peer instanceof PeerIdentity.Trusted trusted
        && (trusted.chainIds().isEmpty()
            ? !boundChains.contains(chain)
            : trusted.chainIds().contains(chain));
  }
}
