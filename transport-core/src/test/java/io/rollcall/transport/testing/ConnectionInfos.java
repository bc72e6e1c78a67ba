package io.rollcall.transport.testing;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.Compression;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Figures of connections that do not exist. */
public final class ConnectionInfos {

  private ConnectionInfos() {}

  /** A trusted peer of this name, bound to chains 10 and 8453, with a figure in every place. */
  public static ConnectionInfo trusted(String id) {
    return trusted(id, HandshakeVersion.V1, false);
  }

  /** The same, by this handshake. */
  public static ConnectionInfo trusted(String id, HandshakeVersion handshake, boolean tls) {
    return new ConnectionInfo(
        "c-" + id,
        InetSocketAddress.createUnresolved("192.0.2.1", 40000),
        new PeerIdentity.Trusted(
            id, TestKeys.publicKey(id).bytes(), Set.of(ChainId.of(8453), ChainId.of(10)), 1, false),
        handshake,
        tls,
        Compression.NONE,
        Instant.parse("2026-01-01T00:00:00Z"),
        Instant.parse("2026-01-01T00:00:09Z"),
        1000,
        2000,
        10,
        20,
        30,
        Optional.of(Duration.ofMillis(7)));
  }
}
