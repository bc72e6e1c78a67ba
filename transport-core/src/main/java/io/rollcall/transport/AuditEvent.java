package io.rollcall.transport;

import java.net.InetAddress;
import java.net.SocketAddress;

/**
 * Something that whoever watches over a server's security wants to hear of. Immutable; texts are
 * for people, hold no secret, and what in them came from a peer is one bounded line.
 */
public sealed interface AuditEvent {

  /**
   * A peer was not admitted: its hello was refused, did not come, or there was no room for it.
   *
   * @param connectionId as in the log
   * @param remoteAddress the peer's
   * @param reason what the peer was told
   * @param text why
   */
  record HandshakeRefused(
      String connectionId, SocketAddress remoteAddress, CloseReason reason, String text)
      implements AuditEvent {}

  /**
   * An admitted peer asked for what its identity may not do.
   *
   * @param connectionId its connection
   * @param remoteAddress the peer's
   * @param identity who it is
   * @param text what it did
   * @param inTheLastMinute how many of its connection's last minute this one makes
   * @param closed whether that was one too many, so the connection is closed
   */
  record Offence(
      String connectionId,
      SocketAddress remoteAddress,
      PeerIdentity identity,
      String text,
      int inTheLastMinute,
      boolean closed)
      implements AuditEvent {}

  /**
   * An identity connected again, and its connection before was closed for it.
   *
   * @param identity whose
   * @param oldConnectionId the one that was closed
   * @param oldRemoteAddress where that came from
   * @param newConnectionId the one that took its place
   * @param newRemoteAddress where this comes from
   */
  record ConnectionReplaced(
      PeerIdentity identity,
      String oldConnectionId,
      SocketAddress oldRemoteAddress,
      String newConnectionId,
      SocketAddress newRemoteAddress)
      implements AuditEvent {}

  /**
   * An address used up its connection attempts: from here on its connections are refused, but for
   * as many as its rate allows. One event when that begins, not one for each attempt; the next
   * comes after it was quiet for long enough to have all its attempts again.
   *
   * @param address the address; of IPv6 the first of its /64 network
   * @param text the limit
   */
  record AddressThrottled(InetAddress address, String text) implements AuditEvent {}

  /**
   * Whom this server trusts changed.
   *
   * @param by who or what changed it: a property, an operation
   * @param text what was added, changed and removed
   */
  record TrustChanged(String by, String text) implements AuditEvent {}

  /**
   * A connection was closed because its key is trusted no longer, or otherwise than when it was
   * admitted.
   *
   * @param connectionId the one that was closed
   * @param remoteAddress the peer's
   * @param identity who it was
   * @param by who or what changed that
   * @param text what the peer was told
   */
  record TrustWithdrawn(
      String connectionId,
      SocketAddress remoteAddress,
      PeerIdentity identity,
      String by,
      String text)
      implements AuditEvent {}
}
