package io.rollcall.transport.netty;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.Trust;
import java.time.Duration;
import java.util.Optional;

/**
 * Closes connections whose key is trusted no longer, or otherwise than when they were admitted.
 *
 * <p>None is missed: a newcomer is checked under the registry's lock, just before it is in there,
 * and a change is made before the registry is looked through under that lock. So either the check
 * knows of the change, or the look finds the newcomer.
 */
final class Withdrawals {

  /** For the goodbye behind what is queued; a peer that does not read is cut then. */
  static final Duration LIMIT = Duration.ofMillis(500);

  private final ConnectionManager<NettyConnection> connections;
  private final Optional<Trust> trust;
  private final AuditListener audit;

  /** Without {@code trust} nobody is ever closed: nobody proves anything. */
  Withdrawals(
      ConnectionManager<NettyConnection> connections, Optional<Trust> trust, AuditListener audit) {
    this.connections = connections;
    this.trust = trust;
    this.audit = audit;
  }

  /**
   * Hears of changes from now on.
   *
   * @return ends that
   */
  Runnable start() {
    return trust.map(known -> known.onChange(change -> changed(known, change))).orElse(() -> {});
  }

  /**
   * The last look at a newcomer.
   *
   * @throws LostException when it may not stay
   */
  void check(PeerIdentity identity) {
    trust
        .flatMap(known -> known.lost(identity))
        .ifPresent(lost -> {
          throw new LostException(lost);
        });
  }

  private void changed(Trust known, AuditEvent.TrustChanged change) {
    audit.audit(change);
    for (NettyConnection connection : connections.all()) {
      known.lost(connection.identity()).ifPresent(lost -> close(connection, lost, change.by()));
    }
  }

  private void close(NettyConnection connection, Trust.Lost lost, String by) {
    Link link = connection.link();
    if (link.ended()) {
      return;
    }
    audit.audit(
        new AuditEvent.TrustWithdrawn(
            link.id(), link.remoteAddress(), connection.identity(), by, lost.details()));
    link.close(lost.reason(), lost.details());
    link.execute(
        () -> link.schedule(() -> link.abort(lost.reason(), lost.details()), LIMIT.toNanos()));
  }

  /** Trust in a newcomer was withdrawn while its hello was judged. */
  static final class LostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Trust.Lost lost;

    private LostException(Trust.Lost lost) {
      super(lost.details(), null, false, false);
      this.lost = lost;
    }

    Trust.Lost lost() {
      return lost;
    }
  }
}
