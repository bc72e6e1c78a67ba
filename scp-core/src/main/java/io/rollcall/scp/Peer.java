package io.rollcall.scp;

/**
 * One open connection, as the publisher machine sees it. Immutable, any thread.
 *
 * @param connectionId names the connection; never used again after it closed
 * @param submitter whose turn in the queue, and whose share of it, its XTs take: the label of a
 *     proven identity, else the connection id
 * @param identity label for people
 * @param rights the chains it may vote for
 */
public record Peer(String connectionId, String submitter, String identity, VotingRights rights) {

  /** Checks that the names are there. */
  public Peer {
    if (connectionId.isBlank() || submitter.isBlank() || identity.isBlank()) {
      throw new IllegalArgumentException(
          "connection id '%s', submitter '%s' and identity '%s' must not be blank"
              .formatted(connectionId, submitter, identity));
    }
  }
}
