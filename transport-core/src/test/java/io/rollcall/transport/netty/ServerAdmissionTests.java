package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.AddressThrottle;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.RecordingHandler;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bounds on sockets that are not admitted, and what happens there; all come from loopback. */
class ServerAdmissionTests {

  private final RecordingHandler recorded = new RecordingHandler();
  private final List<AuditEvent> audited = new ArrayList<>();
  private final List<EmbeddedLink> links = new ArrayList<>();

  @AfterEach
  void close() {
    links.forEach(EmbeddedLink::close);
  }

  @Test
  void whoIsPushedOutIsToldASecondLater() throws Exception {
    ServerAdmission admission = admission(1, ThrottleSettings.OFF);
    EmbeddedLink first = await(admission);
    EmbeddedLink second = await(admission);
    runTasks();
    first.advance(Duration.ofMillis(999));
    assertThat(first.link.ended()).isFalse();
    assertThat(admission.held()).isOne();

    first.advance(ServerAdmission.HOLD_SPREAD);
    DisconnectMessage told = first.nextSent().orElseThrow().getDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
    assertThat(told.getDetails()).isEqualTo("too many connections without a handshake");
    assertThat(first.errors(CloseReason.THROTTLED, Operation.ACCEPT)).isOne();
    assertThat(admission.held()).isZero();
    assertThat(second.link.ended()).isFalse();
    assertThat(audited)
        .singleElement()
        .isInstanceOfSatisfying(
            AuditEvent.HandshakeRefused.class,
            event -> assertThat(event.text()).contains("unauthenticated.max is 1"));
  }

  @Test
  void beyondTheBoundOfThoseThatAreHeldTheOldestIsCutWithoutAWord() throws Exception {
    ServerAdmission admission = admission(1, ThrottleSettings.OFF);
    EmbeddedLink first = await(admission);
    for (int i = 0; i < ServerAdmission.MOST_HELD; i++) {
      var _ = await(admission);
    }
    runTasks();
    assertThat(first.channel.isOpen()).isTrue();
    assertThat(admission.held()).isEqualTo(ServerAdmission.MOST_HELD);

    var _ = await(admission);
    runTasks();
    assertThat(first.nextSent()).isEmpty();
    assertThat(first.channel.isOpen()).isFalse();
    assertThat(admission.held()).isEqualTo(ServerAdmission.MOST_HELD);
  }

  @Test
  void beyondTheBoundOfThoseThatEndTheOldestIsCut() {
    ServerAdmission admission = admission(10_000, ThrottleSettings.OFF);
    EmbeddedLink first = await(admission);
    endSlowly(first);
    for (int i = 0; i < ServerAdmission.MOST_ENDING; i++) {
      first.channel.runPendingTasks();
      assertThat(first.channel.isOpen()).isTrue();
      endSlowly(await(admission));
    }
    first.channel.runPendingTasks();
    assertThat(first.channel.isOpen()).isFalse();
    assertThat(links.get(1).channel.isOpen()).isTrue();
  }

  @Test
  void whoLeftGivesUpItsPlace() {
    ServerAdmission admission = admission(1, ThrottleSettings.OFF);
    await(admission).close();
    assertThat(admission.waiting()).isZero();
    EmbeddedLink next = await(admission);
    runTasks();
    assertThat(next.link.ended()).isFalse();
    assertThat(admission.held()).isZero();
  }

  @Test
  void saysOnceThatAnAddressIsThrottled() throws Exception {
    ServerAdmission admission = admission(10, new ThrottleSettings(1, 2, true));
    assertThat(tries(admission)).isTrue();
    assertThat(tries(admission)).isTrue();
    assertThat(tries(admission)).isFalse();
    assertThat(tries(admission)).isFalse();
    assertThat(audited).singleElement().isInstanceOf(AuditEvent.AddressThrottled.class);

    EmbeddedLink last = links.getLast();
    last.advance(ServerAdmission.HOLD.plus(ServerAdmission.HOLD_SPREAD));
    DisconnectMessage told = last.nextSent().orElseThrow().getDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
    assertThat(told.getDetails()).isEqualTo("too many connection attempts");
    assertThat(audited).hasSize(1);
  }

  @Test
  void aFailedHandshakeTakesAnotherTokenAndIsAudited() {
    ServerAdmission admission = admission(10, new ThrottleSettings(1, 3, true));
    assertThat(tries(admission)).isTrue();
    EmbeddedLink failing = links.getLast();
    failing.link.fail(CloseReason.PROTOCOL_ERROR, "message size exceeds max", Operation.READ);
    failing.channel.runPendingTasks();
    assertThat(audited)
        .containsExactly(
            new AuditEvent.HandshakeRefused(
                "link",
                failing.link.remoteAddress(),
                CloseReason.PROTOCOL_ERROR,
                "refused: message size exceeds max"));

    assertThat(tries(admission)).isTrue();
    assertThat(tries(admission)).isFalse();
  }

  @Test
  void whoDoesNotWaitToBeRefusedFailedAllTheSame() {
    ServerAdmission admission = admission(10, new ThrottleSettings(1, 4, true));
    ServerAdmission.Candidate garbage = candidate(admission);
    assertThat(garbage.mayTry()).isTrue();
    garbage.refuse(ServerHandshake.unreadable("garbage"), Operation.READ);
    links.getLast().close();
    ServerAdmission.Candidate liar = candidate(admission);
    assertThat(liar.mayTry()).isTrue();
    links.getLast().close();
    liar.refusedInAbsence(ServerHandshake.authenticationOff());
    assertThat(tries(admission)).as("four tokens are taken").isFalse();
    assertThat(audited)
        .hasSize(3)
        .startsWith(refused("refused: failed to read handshake: garbage"))
        .contains(refused(ServerHandshake.authenticationOff().log()));
  }

  private AuditEvent refused(String text) {
    return new AuditEvent.HandshakeRefused(
        "link", links.getFirst().link.remoteAddress(), CloseReason.AUTH_FAILURE, text);
  }

  @Test
  void aPeerThatGoesAwayFailsNoHandshake() {
    ServerAdmission admission = admission(10, new ThrottleSettings(1, 2, true));
    assertThat(tries(admission)).isTrue();
    links.getLast().close();
    assertThat(tries(admission)).isTrue();
    assertThat(audited).isEmpty();
  }

  /** Its goodbye does not leave, so it stays open. */
  private static void endSlowly(EmbeddedLink link) {
    link.channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              private final List<ChannelPromise> unwritten = new ArrayList<>();

              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise written) {
                ReferenceCountUtil.release(message);
                unwritten.add(written);
              }

              @Override
              public void close(ChannelHandlerContext ctx, ChannelPromise closed) {
                unwritten.forEach(written -> written.tryFailure(new ClosedChannelException()));
                var _ = ctx.close(closed);
              }
            });
    link.link.fail(CloseReason.PROTOCOL_ERROR, "test", Operation.READ);
    link.channel.runPendingTasks();
  }

  private boolean tries(ServerAdmission admission) {
    return candidate(admission).mayTry();
  }

  private EmbeddedLink await(ServerAdmission admission) {
    candidate(admission).awaitHello();
    return links.getLast();
  }

  private ServerAdmission.Candidate candidate(ServerAdmission admission) {
    EmbeddedLink link = new EmbeddedLink();
    links.add(link);
    return admission.candidate(link.link, FirstReads.of(link.channel));
  }

  private void runTasks() {
    links.forEach(link -> link.channel.runPendingTasks());
  }

  private ServerAdmission admission(int max, ThrottleSettings throttle) {
    ConnectionManager<NettyConnection> connections =
        new ConnectionManager<>(1, TransportMetrics.NOOP, System::nanoTime);
    return new ServerAdmission(
        connections,
        new MessageDispatcher("test-", 1024, recorded, recorded, TransportMetrics.NOOP),
        new UnauthenticatedSettings(max, 0),
        new AddressThrottle(throttle, () -> 0),
        new Withdrawals(connections, Optional.empty(), audited::add),
        audited::add);
  }
}
