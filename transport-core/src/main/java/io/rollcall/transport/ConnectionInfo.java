package io.rollcall.transport;

import io.rollcall.proto.ChainId;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A snapshot of one connection's figures.
 *
 * @param id unique for the life of the process, and random
 * @param remoteAddress the peer's socket address
 * @param identity who the peer is
 * @param handshake how the peer proved that
 * @param tls whether the connection is on TLS
 * @param compression how large messages are compressed on it
 * @param connectedAt when it was admitted
 * @param lastSeen when the last byte came
 * @param bytesRead bytes taken from the socket, prefixes included
 * @param bytesWritten bytes handed to the socket, prefixes included
 * @param messagesRead messages of any kind that came
 * @param messagesWritten messages of any kind that went out
 * @param queuedBytes bytes waiting to be written
 * @param roundTripTime of the last ping that was answered; empty before the first
 */
public record ConnectionInfo(
    String id,
    SocketAddress remoteAddress,
    PeerIdentity identity,
    HandshakeVersion handshake,
    boolean tls,
    Compression compression,
    Instant connectedAt,
    Instant lastSeen,
    long bytesRead,
    long bytesWritten,
    long messagesRead,
    long messagesWritten,
    long queuedBytes,
    Optional<Duration> roundTripTime) {

  /** The chains the peer is bound to; empty for a peer that is bound to none. */
  public Set<ChainId> chainIds() {
    return identity instanceof PeerIdentity.Trusted trusted ? trusted.chainIds() : Set.of();
  }
}
