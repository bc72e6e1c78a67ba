package io.rollcall.transport.netty;

import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionLimitException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.ReplacementThrottledException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns links into connections, or refuses them. Counts those that are neither yet, or no more:
 * they do not count as connections, but their number is bounded too.
 */
final class ServerAdmission {

  /** Sockets that were accepted and are not admitted, or were refused and are not closed. */
  static final int MOST_UNADMITTED = 1024;

  private static final Logger log = LoggerFactory.getLogger(ServerAdmission.class);

  private static final String LIMIT_REACHED = "connection limit reached";

  private static final String IN_USE = "too many connections of the same identity, try again later";

  private static final String TOO_MANY_ATTEMPTS = "too many connection attempts";

  private final ConnectionManager<NettyConnection> connections;
  private final MessageDispatcher dispatcher;
  private final AuditListener audit;
  private final AtomicInteger unadmitted = new AtomicInteger();

  ServerAdmission(
      ConnectionManager<NettyConnection> connections,
      MessageDispatcher dispatcher,
      AuditListener audit) {
    this.audit = audit;
    this.connections = connections;
    this.dispatcher = dispatcher;
  }

  /** A socket that waits for its admission. Used on its event loop. */
  final class Candidate {
    private final Link link;
    private final AtomicBoolean counted = new AtomicBoolean(true);

    private Candidate(Link link) {
      this.link = link;
    }

    Link link() {
      return link;
    }

    /**
     * Makes it a connection, if there is room; else refuses it.
     *
     * @param response what goes out before anything else; empty where there was no hello
     */
    void admit(PeerIdentity identity, Optional<HandshakeResponse> response) {
      NettyConnection connection = new NettyConnection(link, identity);
      ConnectionManager.Admitted<NettyConnection> admitted;
      try {
        admitted = connections.add(connection, () -> response.ifPresent(this::send));
      } catch (ReplacementThrottledException tooOften) {
        refuse(
            new HandshakeResult.Rejected(
                tooOften.reason(),
                response.map(accepted -> refusal(IN_USE)),
                IN_USE,
                "refused: %s %s".formatted(identity.label(), tooOften.getMessage())),
            Operation.HANDSHAKE);
        return;
      } catch (ConnectionLimitException full) {
        refuse(
            new HandshakeResult.Rejected(
                full.reason(),
                response.map(accepted -> refusal(LIMIT_REACHED)),
                LIMIT_REACHED,
                "refused: " + full.getMessage()),
            Operation.ACCEPT);
        return;
      }
      settled();
      admitted.replaced().forEach(old -> replaced(old, connection));
      begin(connection, admitted.before());
    }

    private void begin(NettyConnection connection, List<NettyConnection> before) {
      Inbox inbox = ConnectionPipeline.admit(connection, dispatcher);
      ConnectionInfo info = connection.info();
      if (connection.identity() instanceof PeerIdentity.Trusted trusted) {
        log.info("{} {} admitted as {}", link.id(), link.remote(), trusted.label());
      } else {
        log.debug("{} {} admitted as {}", link.id(), link.remote(), connection.identity().label());
      }
      inbox.opened(
          info,
          CompletableFuture.allOf(
              before.stream().map(NettyConnection::handled).toArray(CompletableFuture[]::new)));
      link.onEnd((reason, details) -> end(connection, inbox, reason, details));
    }

    /** Tells the peer why not, and ends the link. */
    void refuse(HandshakeResult.Rejected why, Operation operation) {
      audited(link, why.reason(), why.log());
      why.response().ifPresent(this::send);
      link.fail(why.reason(), why.details(), operation);
    }

    private void send(HandshakeResponse response) {
      OutboundFrame frame = link.context().frames().encode(response);
      try {
        link.send(frame, Delivery.IGNORED);
      } finally {
        frame.release();
      }
    }

    private void settled() {
      if (counted.compareAndSet(true, false)) {
        unadmitted.decrementAndGet();
      }
    }
  }

  /** Takes up a socket that was accepted. On its event loop. */
  Candidate candidate(Link link) {
    Candidate candidate = new Candidate(link);
    int waiting = unadmitted.incrementAndGet();
    link.whenClosed(candidate::settled);
    if (waiting > 2 * MOST_UNADMITTED) {
      // So many that not even goodbyes can be waited for.
      audited(
          link,
          CloseReason.THROTTLED,
          "cut: " + 2 * MOST_UNADMITTED + " connections wait for admission or their end");
      link.cut(CloseReason.THROTTLED, TOO_MANY_ATTEMPTS, Operation.ACCEPT);
    } else if (waiting > MOST_UNADMITTED) {
      candidate.refuse(
          new HandshakeResult.Rejected(
              CloseReason.THROTTLED,
              Optional.empty(),
              TOO_MANY_ATTEMPTS,
              "refused: " + MOST_UNADMITTED + " connections wait for admission, the limit"),
          Operation.ACCEPT);
    }
    return candidate;
  }

  private void replaced(NettyConnection old, NettyConnection by) {
    audit.audit(
        new AuditEvent.ConnectionReplaced(
            old.identity(),
            old.id(),
            old.link().remoteAddress(),
            by.id(),
            by.link().remoteAddress()));
    Retirement.begin(old.link());
  }

  private void end(NettyConnection connection, Inbox inbox, CloseReason reason, String details) {
    connections.remove(connection);
    ConnectionInfo last = connection.info();
    Link link = connection.link();
    link.context()
        .metrics()
        .connectionRemoved(Duration.between(last.connectedAt(), link.context().clock().instant()));
    inbox.closed(
        last,
        reason,
        details,
        () -> {
          connections.handled(connection);
          connection.handled().complete(null);
        });
  }

  private void audited(Link link, CloseReason reason, String text) {
    audit.audit(new AuditEvent.HandshakeRefused(link.id(), link.remoteAddress(), reason, text));
  }

  private static HandshakeResponse refusal(String error) {
    return HandshakeResponse.newBuilder().setAccepted(false).setError(error).build();
  }
}
