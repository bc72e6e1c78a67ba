package io.rollcall.publisher.config;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.coordination.InputSink;
import io.rollcall.publisher.handler.VotingPolicy;
import io.rollcall.publisher.ops.PublisherMetrics;
import io.rollcall.scp.PublisherInput;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the voting rights follow the list of trusted keys, one change after the other: the policy of
 * the handlers, the labels of the metrics, and the machine, by an input in its place among all
 * others. Runs on the thread of whoever changes the list.
 */
final class BoundChainsFollower {

  private static final Logger log = LoggerFactory.getLogger(BoundChainsFollower.class);

  private final VotingPolicy policy;
  private final PublisherMetrics metrics;
  private final InputSink machine;
  private SortedMap<ChainId, SortedSet<String>> bound;

  /**
   * Follows from now on.
   *
   * @param known what policy, metrics and machine know already
   */
  static BoundChainsFollower start(
      AuthManager auth,
      BoundChains known,
      VotingPolicy policy,
      PublisherMetrics metrics,
      InputSink machine) {
    BoundChainsFollower follower = new BoundChainsFollower(known, policy, metrics, machine);
    var _ = auth.listen(change -> follower.follow(change.before(), change.after()));
    follower.catchUp(auth);
    return follower;
  }

  /** With what changed between the first look and now; the list is read when no change follows. */
  private synchronized void catchUp(AuthManager auth) {
    List<TrustedEntry> now = auth.trustedKeys();
    follow(now, now);
  }

  private BoundChainsFollower(
      BoundChains known, VotingPolicy policy, PublisherMetrics metrics, InputSink machine) {
    this.policy = policy;
    this.metrics = metrics;
    this.machine = machine;
    this.bound = known.identitiesByChain();
  }

  private synchronized void follow(List<TrustedEntry> before, List<TrustedEntry> after) {
    BoundChains next = BoundChains.of(after);
    List<String> unbound = new ArrayList<>(next.unboundIdentities());
    unbound.removeAll(BoundChains.of(before).unboundIdentities());
    if (!unbound.isEmpty()) {
      log.warn(
          "Trusted without chain-ids since now, so they may vote for every chain that nobody is"
              + " bound to: {}",
          String.join(", ", unbound));
    }
    if (next.identitiesByChain().equals(bound)) {
      return;
    }
    bound = next.identitiesByChain();
    metrics.label(bound.keySet());
    policy.bind(bound.keySet());
    try {
      machine.submit(new PublisherInput.Bound(new TreeMap<>(bound)));
    } catch (CoordinatorStoppedException stopped) {
      log.debug("the bound chains changed while the publisher stops", stopped);
    }
  }
}
