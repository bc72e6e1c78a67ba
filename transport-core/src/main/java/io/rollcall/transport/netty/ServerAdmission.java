package io.rollcall.transport.netty;

import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionLimitException;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.logging.LogQuota;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.AddressThrottle;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.FairTable;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.NetworkAddress;
import io.rollcall.transport.session.ReplacementThrottledException;
import io.rollcall.transport.session.Trust;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Turns links into connections, or refuses them. What is neither yet, or no more, does not count as
 * a connection, but each kind of it is bounded, fair by address:
 *
 * <ul>
 *   <li>those whose hello has not arrived, by the settings: the one pushed out is refused;
 *   <li>refused ones that sent no hello, which are told so a second later, or a little more: {@link
 *       #MOST_HELD}, the one pushed out is closed without a word;
 *   <li>those that were told and are not closed: {@link #MOST_ENDING}, the one pushed out is cut.
 * </ul>
 */
final class ServerAdmission {

  /** Refused ones that are not told yet. */
  static final int MOST_HELD = 1024;

  /** Sockets that end. */
  static final int MOST_ENDING = 1024;

  /**
   * How long a refusal waits where no hello came: such peers dial again the moment they hear it.
   */
  static final Duration HOLD = Duration.ofSeconds(1);

  /** By up to this much longer, so that those that came together do not come back together. */
  static final Duration HOLD_SPREAD = Duration.ofMillis(500);

  /** Lines about admitted peers within ten seconds: a fleet of that size that comes back, once. */
  private static final int MOST_ADMITTED_LINES = 200;

  private static final Logger log = LoggerFactory.getLogger(ServerAdmission.class);

  private static final String LIMIT_REACHED = "connection limit reached";

  private static final String IN_USE = "too many connections of the same identity, try again later";

  private static final String TOO_MANY_ATTEMPTS = "too many connection attempts";

  private static final String TOO_MANY_WAITING = "too many connections without a handshake";

  private final ConnectionManager<NettyConnection> connections;
  private final MessageDispatcher dispatcher;
  private final Withdrawals withdrawals;
  private final AuditListener audit;
  private final AddressThrottle throttle;
  private final HandshakeResult.Rejected throttled;
  private final HandshakeResult.Rejected pushedOut;
  private final FairTable<Candidate> waiting;
  private final FairTable<Candidate> held = new FairTable<>(MOST_HELD, 0);
  private final FairTable<Link> ending = new FairTable<>(MOST_ENDING, 0);
  private final LogQuota admittedLines = new LogQuota(MOST_ADMITTED_LINES, System::nanoTime);

  ServerAdmission(
      ConnectionManager<NettyConnection> connections,
      MessageDispatcher dispatcher,
      UnauthenticatedSettings unauthenticated,
      AddressThrottle throttle,
      Withdrawals withdrawals,
      AuditListener audit) {
    this.connections = connections;
    this.dispatcher = dispatcher;
    this.withdrawals = withdrawals;
    this.throttle = throttle;
    this.audit = audit;
    this.waiting = new FairTable<>(unauthenticated.max(), unauthenticated.maxPerAddress());
    this.throttled = refusal(TOO_MANY_ATTEMPTS, "refused: its address is throttled");
    this.pushedOut =
        refusal(
            TOO_MANY_WAITING,
            "refused: pushed out before its handshake came; unauthenticated.max is %d, .max-per-address %d"
                .formatted(unauthenticated.max(), unauthenticated.maxPerAddress()));
  }

  private static HandshakeResult.Rejected refusal(String details, String log) {
    return new HandshakeResult.Rejected(CloseReason.THROTTLED, Optional.empty(), details, log);
  }

  /** Takes up a socket that was accepted. On its event loop. */
  Candidate candidate(Link link, FirstReads reads) {
    return new Candidate(link, reads);
  }

  /** How many wait for their hello. */
  int waiting() {
    return waiting.size();
  }

  /** How many are refused and not told. */
  int held() {
    return held.size();
  }

  /** A socket that waits for its admission. Used on its event loop. */
  final class Candidate {
    private final Link link;
    private final FirstReads reads;
    private final NetworkAddress from;
    private final long began;
    private Optional<HandshakeResult.Rejected> heldFor = Optional.empty();
    private Runnable cancelRelease = () -> {};
    private boolean admitted;
    private boolean audited;
    private String claimed = "";

    private Candidate(Link link, FirstReads reads) {
      this.link = link;
      this.reads = reads;
      this.from = networkAddress(link);
      this.began = link.nanoTime();
      link.onEnd(this::ended);
    }

    Link link() {
      return link;
    }

    /** Where it comes from, as it is counted. */
    NetworkAddress from() {
      return from;
    }

    /** What is left of a limit that began when it came. */
    long nanosLeft(Duration limit) {
      return Math.max(0, limit.toNanos() - (link.nanoTime() - began));
    }

    /** Whether its address may connect now; if not, it is refused. Called first. */
    boolean mayTry() {
      switch (throttle.attempt(from)) {
        case ALLOWED -> {
          return true;
        }
        case THROTTLED_FIRST ->
            audit.audit(
                new AuditEvent.AddressThrottled(
                    from.first(), "too many connections and failed handshakes of " + from));
        case THROTTLED -> {}
      }
      // The address was audited; each of its attempts is not.
      audited = true;
      log.debug("{} {} {}", link.id(), link.remote(), throttled.log());
      hold(throttled, Operation.ACCEPT);
      return false;
    }

    /** Takes a place among those whose hello has not arrived; another may lose its own for it. */
    void awaitHello() {
      waiting.enter(from, this).ifPresent(Candidate::losePlace);
    }

    /** From another one's event loop. */
    private void losePlace() {
      link.execute(() -> {
        if (!link.ended() && !isHeld()) {
          refuse(pushedOut, Operation.ACCEPT);
        }
      });
    }

    /**
     * Its hello has arrived, or it is known that none will: it gives up its place and cannot lose
     * it any more. False when that happened before; then it is refused.
     */
    boolean keepsPlace(boolean hello) {
      if (waiting.leave(this)) {
        return true;
      }
      refuse(hello ? pushedOut.toHello() : pushedOut, Operation.ACCEPT);
      return false;
    }

    /**
     * Makes it a connection, if there is room; else refuses it.
     *
     * @param version how it proved who it is
     * @param response what goes out before anything else; empty where there was no hello
     */
    void admit(
        PeerIdentity identity,
        HandshakeVersion version,
        Compression compression,
        Optional<HandshakeResponse> response) {
      NettyConnection connection = new NettyConnection(link, identity, version, compression);
      ConnectionManager.Admitted<NettyConnection> entered;
      try {
        entered =
            connections.add(
                connection,
                () -> {
                  withdrawals.check(identity);
                  response.ifPresent(this::send);
                });
      } catch (Withdrawals.LostException gone) {
        refuse(withdrawn(identity, gone.lost()), Operation.HANDSHAKE);
        return;
      } catch (ReplacementThrottledException tooOften) {
        noRoom(
            tooOften.reason(),
            IN_USE,
            "refused: %s %s".formatted(identity.label(), tooOften.getMessage()),
            response.isPresent(),
            Operation.HANDSHAKE);
        return;
      } catch (ConnectionLimitException full) {
        noRoom(
            full.reason(),
            LIMIT_REACHED,
            "refused: " + full.getMessage(),
            response.isPresent(),
            Operation.ACCEPT);
        return;
      }
      entered.replaced().forEach(old -> replaced(old, connection));
      entered
          .forRoom()
          .map(NettyConnection::link)
          .ifPresent(stranger ->
              stranger.fail(CloseReason.TOO_MANY_PEERS, LIMIT_REACHED, Operation.ACCEPT));
      begin(connection, entered.before());
    }

    private static HandshakeResult.Rejected withdrawn(PeerIdentity identity, Trust.Lost lost) {
      return new HandshakeResult.Rejected(
              lost.reason(),
              Optional.empty(),
              lost.details(),
              "refused: key of %s: %s".formatted(identity.label(), lost.details()))
          .toHello();
    }

    /** Nothing is wrong with the peer, so the attempt counts for nothing. */
    private void noRoom(
        CloseReason reason, String details, String log, boolean hello, Operation operation) {
      throttle.giveBack(from);
      HandshakeResult.Rejected why =
          new HandshakeResult.Rejected(reason, Optional.empty(), details, log);
      refuse(hello ? why.toHello() : why, operation);
    }

    private void begin(NettyConnection connection, List<NettyConnection> before) {
      admitted = true;
      reads.over();
      Inbox inbox = ConnectionPipeline.admit(connection, dispatcher);
      ConnectionInfo info = connection.info();
      logAdmitted(connection.identity(), info.handshake());
      inbox.opened(
          info,
          CompletableFuture.allOf(
              before.stream().map(NettyConnection::handled).toArray(CompletableFuture[]::new)));
      link.onEnd((reason, details) -> {
        ServerAdmission.this.end(connection, inbox, reason, details);
        if (link.peerAsked() && reason == CloseReason.AUTH_FAILURE) {
          // By v2 the client has the last word about who the other is.
          audited = false;
          audit(reason, "the peer broke off after it was admitted: " + details);
        }
        // A stop says goodbye to all at once, and all are to hear it.
        if (reason != CloseReason.REQUESTED || link.peerAsked()) {
          ends();
        }
      });
    }

    /** Trusted peers only, and not all when they all come back at once and again. */
    private void logAdmitted(PeerIdentity identity, HandshakeVersion handshake) {
      long keptBack =
          identity instanceof PeerIdentity.Trusted ? admittedLines.take() : LogQuota.KEPT_BACK;
      log.atLevel(keptBack == LogQuota.KEPT_BACK ? Level.DEBUG : Level.INFO)
          .log(
              "{} {} admitted as {} by handshake {}{}",
              link.id(),
              link.remote(),
              identity.label(),
              handshake.word(),
              keptBack <= 0 ? "" : "; " + keptBack + " more like it were kept back");
    }

    /** Whether it is a connection now. */
    boolean admitted() {
      return admitted;
    }

    /**
     * Tells the peer why not, and ends the link: at once when there is a response to its hello, or
     * when it cannot be told, else in a while.
     */
    void refuse(HandshakeResult.Rejected why, Operation operation) {
      audit(why.reason(), why.log());
      if (why.response().isPresent() || link.silent()) {
        tell(why, operation);
      } else {
        hold(why, operation);
      }
    }

    /** The same at once, for a peer that had its time. */
    void refuseNow(HandshakeResult.Rejected why) {
      audit(why.reason(), why.log());
      tell(why, Operation.HANDSHAKE);
    }

    /** Its hello was refused, and it did not wait for that: it counts all the same. */
    void refusedInAbsence(HandshakeResult.Rejected why) {
      failed(why.reason(), why.log());
    }

    private void hold(HandshakeResult.Rejected why, Operation operation) {
      heldFor = Optional.of(why);
      // An id is random, so it can say how much longer.
      long longer = Math.floorMod(link.id().hashCode(), HOLD_SPREAD.toMillis());
      cancelRelease = link.schedule(() -> tell(why, operation), HOLD.plusMillis(longer).toNanos());
      held.enter(from, this).ifPresent(Candidate::cut);
    }

    /** From another one's event loop. */
    private void cut() {
      link.cut(CloseReason.THROTTLED, TOO_MANY_ATTEMPTS, Operation.ACCEPT);
    }

    /** Whether it is refused and not told yet. */
    boolean isHeld() {
      return heldFor.isPresent();
    }

    /** It is held, and its hello came: it is told at once. */
    void answerHello() {
      heldFor.ifPresent(why -> tell(why.toHello(), Operation.ACCEPT));
    }

    private void tell(HandshakeResult.Rejected why, Operation operation) {
      if (link.ended()) {
        return;
      }
      if (!link.silent()) {
        why.response().ifPresent(this::send);
      }
      link.fail(why.reason(), why.details(), operation);
    }

    /** It was challenged to prove that it is this one: whoever reads of it wants to know. */
    void challengedAs(String label) {
      claimed = " (challenged as " + label + ")";
    }

    /** Answers its hello, or its proof. */
    void send(HandshakeResponse response) {
      OutboundFrame frame = link.context().frames().encode(response);
      try {
        link.send(frame, Delivery.IGNORED);
      } finally {
        frame.release();
      }
    }

    /** Its end began, and it was never a connection. */
    private void ended(CloseReason reason, String details) {
      var _ = waiting.leave(this);
      var _ = held.leave(this);
      cancelRelease.run();
      // It may have gone before it was told.
      failed(heldFor.map(HandshakeResult.Rejected::reason).orElse(reason), "refused: " + details);
      ends();
    }

    private void failed(CloseReason reason, String text) {
      switch (reason) {
        case AUTH_FAILURE, PROTOCOL_ERROR, READ_TIMEOUT -> {
          throttle.failed(from);
          audit(reason, text);
        }
        default -> {}
      }
    }

    private void audit(CloseReason reason, String text) {
      if (!audited) {
        audited = true;
        audit.audit(
            new AuditEvent.HandshakeRefused(
                link.id(), link.remoteAddress(), reason, text + claimed));
      }
    }

    private void ends() {
      if (!link.channel().isOpen()) {
        return;
      }
      ending
          .enter(from, link)
          .ifPresent(last -> last.abort(CloseReason.THROTTLED, TOO_MANY_ATTEMPTS));
      link.whenClosed(() -> ending.leave(link));
    }
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

  private static NetworkAddress networkAddress(Link link) {
    // A socket that is gone already has no address any more.
    return NetworkAddress.of(
        link.remoteAddress() instanceof InetSocketAddress socket && socket.getAddress() != null
            ? socket.getAddress()
            : InetAddress.getLoopbackAddress());
  }
}
