package io.rollcall.transport.audit;

import com.google.protobuf.ByteString;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;

/** One event of each kind. */
final class AuditEvents {

  static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.7");
  static final InetSocketAddress REMOTE = new InetSocketAddress(ADDRESS, 4001);
  static final PeerIdentity OPTIMISM =
      new PeerIdentity.Trusted(
          "optimism", ByteString.copyFrom(new byte[] {2, 1}), Set.of(), 1, false);

  private AuditEvents() {}

  static AuditEvent refused(String text) {
    return new AuditEvent.HandshakeRefused("c1", REMOTE, CloseReason.AUTH_FAILURE, text);
  }

  static AuditEvent offence(String text) {
    return new AuditEvent.Offence("c1", REMOTE, OPTIMISM, text, 11, true);
  }

  static AuditEvent replaced() {
    return new AuditEvent.ConnectionReplaced(
        OPTIMISM,
        "c1",
        REMOTE,
        "c2",
        new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 5));
  }

  static AuditEvent throttled() {
    return new AuditEvent.AddressThrottled(ADDRESS, "more than 5 a second");
  }

  static AuditEvent trustChanged() {
    return new AuditEvent.TrustChanged("auth.trusted-sequencers-file", "removed optimism");
  }

  static AuditEvent trustWithdrawn() {
    return new AuditEvent.TrustWithdrawn(
        "c1", REMOTE, OPTIMISM, "auth.trusted-sequencers-file", "public key is no longer trusted");
  }
}
