package io.rollcall.transport.auth;

import io.rollcall.proto.ChainId;
import java.util.Set;

/**
 * One line of the list of trusted keys.
 *
 * @param id what handlers, logs and operators call the holder
 * @param publicKeys any of them proves it; never empty
 * @param chainIds the chains it is bound to, empty when it is bound to none
 * @param connections how many it may have at a time, at least 1
 * @param v2Only whether it is let in by handshake v2 alone
 */
public record TrustedEntry(
    String id, Set<PublicKey> publicKeys, Set<ChainId> chainIds, int connections, boolean v2Only) {

  /** Keeps copies. */
  public TrustedEntry {
    publicKeys = Set.copyOf(publicKeys);
    chainIds = Set.copyOf(chainIds);
    if (connections < 1) {
      throw new IllegalArgumentException(
          "trusted id '" + id + "' may have " + connections + " connections, expected at least 1");
    }
  }

  /** One connection, bound to no chain, by either handshake. */
  public static TrustedEntry of(String id, PublicKey key) {
    return new TrustedEntry(id, Set.of(key), Set.of(), 1, false);
  }
}
