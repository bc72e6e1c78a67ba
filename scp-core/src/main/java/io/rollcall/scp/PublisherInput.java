package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What can happen to the publisher machine. A connection's inputs come in the order of its
 * messages, after its {@link Opened} and before its {@link Closed}; one from a connection that is
 * not open changes nothing. Immutable, any thread.
 */
public sealed interface PublisherInput {

  /**
   * A connection was admitted.
   *
   * @param peer its id must not be open already
   */
  record Opened(Peer peer) implements PublisherInput {}

  /** A connection ended. What it submitted goes on without it. */
  record Closed(String connectionId) implements PublisherInput {}

  /** A peer sent an XTRequest that is a valid XT. */
  record Submitted(String connectionId, CrossChainTransaction xt) implements PublisherInput {}

  /**
   * A peer sent an XTRequest that is no XT.
   *
   * @param id SHA-256 of the request's bytes as they came
   * @param reason why it is none, for the submitter
   */
  record Malformed(String connectionId, XtId id, String reason) implements PublisherInput {}

  /**
   * A peer sent a Vote.
   *
   * @param chain normalised from the bytes in the message
   * @param reason the peer's, possibly empty
   */
  record Voted(String connectionId, ChainId chain, XtId id, boolean yes, String reason)
      implements PublisherInput {}

  /**
   * Other chains are bound from now on, or to other identities. What is bound no longer is open to
   * everybody who is bound to nothing. Open connections keep their rights: whoever lost them is
   * closed by the transport.
   *
   * @param identities for each bound chain the identities that alone may vote for it, at least one
   */
  record Bound(SortedMap<ChainId, SortedSet<String>> identities) implements PublisherInput {

    /** Takes a copy. */
    public Bound {
      identities = PublisherRules.copyOfBoundChains(identities);
    }
  }

  /**
   * Everything appended so far is durable and everything to send so far was handed to the
   * transport. Until then a started XT takes no vote and its time does not run.
   */
  record Synced() implements PublisherInput {}

  /**
   * Time passed. Only this input makes anything time out or expire, so that a vote which waited in
   * a batch before it still counts. Due at {@link ScpPublisher#nextDeadlineNanos()}; early ones do
   * no harm.
   */
  record Tick() implements PublisherInput {}
}
