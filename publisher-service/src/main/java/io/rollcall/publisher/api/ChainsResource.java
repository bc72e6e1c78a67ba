package io.rollcall.publisher.api;

import io.rollcall.scp.ChainStatus;
import java.util.List;

/**
 * The chains as JSON: {@code {"chains": [{"chainId": "55555", "identities": ["optimism"],
 * "connected": ["optimism"], "served": true, "answering": true, "inFlight": 1, "queued": 0}]}}.
 *
 * @param chains ascending by number: those configured, those that have voted lately, and those with
 *     XTs
 */
record ChainsResource(List<Chain> chains) {

  /**
   * One chain.
   *
   * @param chainId decimal
   * @param identities who is bound to it by configuration
   * @param connected which of them are connected
   * @param served whether anybody is connected who may vote for it
   * @param answering false: it let too many XTs in a row time out, XTs naming it are refused
   * @param inFlight XTs that are started and undecided
   * @param queued XTs that wait
   */
  record Chain(
      String chainId,
      List<String> identities,
      List<String> connected,
      boolean served,
      boolean answering,
      int inFlight,
      int queued) {}

  static ChainsResource of(List<ChainStatus> chains) {
    return new ChainsResource(
        chains.stream()
            .map(status ->
                new Chain(
                    status.chain().toString(),
                    status.identities(),
                    status.connected(),
                    status.served(),
                    status.answering(),
                    status.inFlight(),
                    status.queued()))
            .toList());
  }
}
