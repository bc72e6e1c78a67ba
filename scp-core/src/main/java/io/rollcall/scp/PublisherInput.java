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
   * A record that an earlier process made durable and that is still in the log. All of them come
   * first, in the order of the log, and are followed by {@link Recovered}; no effects.
   */
  record Replayed(LogRecord entry) implements PublisherInput {}

  /**
   * Everything was replayed. What was started and has no decision is aborted: nobody knows any more
   * how its chains voted. Comes before any other input, where something was replayed.
   *
   * @param decisions the number of the last decision that was ever made durable: its record may
   *     have been trimmed
   */
  record Recovered(long decisions) implements PublisherInput {}

  /**
   * The archive holds every decision up to this number, so memory may forget them. Where nothing is
   * archived, the largest number is given once: then memory forgets by its bound alone.
   *
   * @param number of a {@link LogRecord.Decided}; never less than before
   */
  record Archived(long number) implements PublisherInput {}

  /**
   * The outcome of an XT that memory has forgotten, found in the archive. It has to come before an
   * input that names an XT of which {@link ScpPublisher#knows} says no, if the archive knows it; so
   * no id is ever started again.
   *
   * @param reason why it was aborted; empty on commit
   */
  record Recalled(XtId id, boolean commit, String reason) implements PublisherInput {}

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
