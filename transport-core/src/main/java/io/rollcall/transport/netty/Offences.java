package io.rollcall.transport.netty;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.PeerText;

/** Counts and reports offences, and closes the connection that commits too many. Any thread. */
final class Offences {

  /** What a peer is told that is closed for them. */
  static final String TOO_MANY = "too many messages that this identity may not send";

  private final int most;
  private final AuditListener audit;

  /** With the number in a minute that closes a connection. */
  Offences(int most, AuditListener audit) {
    this.most = most;
    this.audit = audit;
  }

  /** Also by a message that is handled after its connection ended. */
  void committed(NettyConnection connection, String what) {
    Link link = connection.link();
    link.context().metrics().error(CloseReason.AUTH_FAILURE, Operation.HANDLE);
    int count = connection.offences().add(link.nanoTime(), most);
    boolean tooMany = count >= most && !link.ended();
    audit.audit(
        new AuditEvent.Offence(
            link.id(),
            link.remoteAddress(),
            connection.identity(),
            PeerText.of(what),
            count,
            tooMany));
    if (tooMany) {
      link.close(CloseReason.AUTH_FAILURE, TOO_MANY);
    }
  }
}
