package io.rollcall.transport.auth;

import io.rollcall.proto.ChainId;
import java.util.Set;

/**
 * One line of the list of trusted keys.
 *
 * @param id what handlers, logs and operators call the holder
 * @param publicKeys any of them proves it; never empty
 * @param chainIds the chains it is bound to, empty when it is bound to none
 */
public record TrustedEntry(String id, Set<PublicKey> publicKeys, Set<ChainId> chainIds) {

  /** Keeps copies. */
  public TrustedEntry {
    publicKeys = Set.copyOf(publicKeys);
    chainIds = Set.copyOf(chainIds);
  }
}
