package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.util.List;

/**
 * One chain as the publisher sees it at a moment. Immutable, any thread.
 *
 * @param chain the chain
 * @param identities the identities bound to it by configuration, sorted
 * @param connected those bound to it that are connected, sorted
 * @param voters the open connections that may vote for it, unbound ones included
 * @param answering false: it let too many XTs time out, XTs naming it are refused
 * @param inFlight XTs that are started and undecided
 * @param queued XTs that wait
 */
public record ChainStatus(
    ChainId chain,
    List<String> identities,
    List<String> connected,
    int voters,
    boolean answering,
    int inFlight,
    int queued) {

  /** Takes copies. */
  public ChainStatus {
    identities = List.copyOf(identities);
    connected = List.copyOf(connected);
  }

  /** Whether anybody is connected who may vote for it; while nobody is, its XTs stand aside. */
  public boolean served() {
    return voters > 0;
  }
}
