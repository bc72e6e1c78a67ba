package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.AddressThrottle;
import io.rollcall.transport.session.ClientExchange;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.HandshakeCrypto;
import io.rollcall.transport.session.ReplayMarks;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.RecordingHandler;
import io.rollcall.transport.testing.TestKeys;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who was challenged and has not proven itself, while time goes as the test says. */
class ServerHandshakeHandlerTests {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final EcdsaAuthManager server = TestKeys.authManager("server");
  private final RecordingHandler recorded = new RecordingHandler();
  private final List<AuditEvent> audited = new ArrayList<>();
  private final HandshakeCrypto crypto = new HandshakeCrypto();
  private final List<EmbeddedLink> links = new ArrayList<>();
  private final ConnectionManager<NettyConnection> connections =
      new ConnectionManager<>(10, TransportMetrics.NOOP, System::nanoTime);
  private final ServerAdmission admission =
      new ServerAdmission(
          connections,
          new MessageDispatcher(
              "test-", EmbeddedLink.MAX_MESSAGE_SIZE, recorded, recorded, TransportMetrics.NOOP),
          new UnauthenticatedSettings(1, 0),
          new AddressThrottle(ThrottleSettings.OFF, System::nanoTime),
          new Withdrawals(connections, Optional.empty(), event -> {}),
          audited::add);

  ServerHandshakeHandlerTests() {
    server.addTrustedKey(TrustedEntry.of("alpha", TestKeys.publicKey("client")));
  }

  @AfterEach
  void close() {
    links.forEach(EmbeddedLink::close);
    crypto.close();
  }

  @Test
  void itsTimeGoesOnFromTheAccept() throws Exception {
    EmbeddedLink peer = accepted();
    peer.advance(LIMIT.minusMillis(1000));
    challenged(peer);

    peer.advance(Duration.ofMillis(999));
    assertThat(peer.link.ended()).isFalse();

    peer.advance(Duration.ofMillis(1));
    DisconnectMessage told = Message.parseFrom(nextFrame(peer)).getDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    assertThat(told.getDetails())
        .isEqualTo("failed to read handshake: no complete handshake within 5000 ms");
  }

  @Test
  void whoseTimeRanOutWhileItsHelloWasJudgedIsToldSoBehindTheChallenge() throws Exception {
    HeldRandom held = new HeldRandom();
    EmbeddedLink peer = accepted(held);
    receive(peer, exchange().hello());
    assertThat(held.reached.await(10, TimeUnit.SECONDS)).isTrue();
    peer.advance(LIMIT);
    assertThat(peer.link.ended()).isFalse();

    held.release.countDown();

    assertThat(HandshakeResponse.parseFrom(nextFrame(peer)).getExtension().isEmpty()).isFalse();
    assertThat(Message.parseFrom(nextFrame(peer)).getDisconnect().getDetails())
        .isEqualTo("failed to read handshake: no complete handshake within 5000 ms");
  }

  @Test
  void itCountsAmongThoseThatWait() throws Exception {
    EmbeddedLink peer = accepted();
    challenged(peer);

    assertThat(admission.waiting()).isOne();
  }

  @Test
  void theLateProofOfOneThatWasPushedOutIsAnsweredAtOnce() throws Exception {
    EmbeddedLink first = accepted();
    ClientExchange exchange = challenged(first);
    pushOut(first);

    receive(first, exchange.proof());

    HandshakeResponse response = HandshakeResponse.parseFrom(nextFrame(first));
    assertThat(response.getAccepted()).isFalse();
    assertThat(response.getError()).isEqualTo("too many connections without a handshake");
    assertThat(Message.parseFrom(nextFrame(first)).getDisconnect().getReason())
        .isEqualTo(DisconnectMessage.Reason.THROTTLED);
    assertThat(audited)
        .singleElement()
        .isInstanceOfSatisfying(
            AuditEvent.HandshakeRefused.class,
            event -> assertThat(event.reason()).isEqualTo(CloseReason.THROTTLED));
  }

  @Test
  void whatIsNoProofDoesNotHastenTheRefusalOfOneThatWasPushedOut() throws Exception {
    EmbeddedLink first = accepted();
    challenged(first);
    pushOut(first);

    receive(first, Message.newBuilder().setSenderId("x").build());
    first.advance(ServerAdmission.HOLD.minusMillis(1));
    assertThat(first.link.ended()).isFalse();

    first.advance(ServerAdmission.HOLD_SPREAD);
    assertThat(Message.parseFrom(nextFrame(first)).getDisconnect().getReason())
        .isEqualTo(DisconnectMessage.Reason.THROTTLED);
  }

  private EmbeddedLink accepted() {
    return accepted(new SecureRandom());
  }

  private EmbeddedLink accepted(RandomGenerator random) {
    EmbeddedLink made = new EmbeddedLink();
    links.add(made);
    made.channel
        .pipeline()
        .addBefore(
            ConnectionPipeline.ERRORS,
            ConnectionPipeline.HANDSHAKE,
            new ServerHandshakeHandler(
                ServerHandshakeHandler.Mode.REQUIRED,
                LIMIT,
                Optional.of(
                    new ServerHandshake(
                        server,
                        AdmissionSettings.TRUSTED_ONLY,
                        ReplayMarks.NONE,
                        TransportMetrics.NOOP,
                        InstantSource.system(),
                        random)),
                crypto,
                admission.candidate(made.link, FirstReads.of(made.channel)),
                made.frames));
    return made;
  }

  /** There is room for one that waits, and the next has taken it. */
  private void pushOut(EmbeddedLink peer) {
    var _ = accepted();
    peer.channel.runPendingTasks();
    assertThat(admission.held()).isOne();
  }

  /** Says hello and hears the challenge. */
  private static ClientExchange challenged(EmbeddedLink peer) throws Exception {
    ClientExchange exchange = exchange();
    receive(peer, exchange.hello());
    assertThat(exchange.judge(nextFrame(peer))).isEqualTo(new ClientExchange.Step.Prove());
    return exchange;
  }

  private static ClientExchange exchange() {
    return new ClientHandshake(
            TestKeys.authManager("client"),
            "client-1",
            new ClientHandshakeSettings(HandshakePolicy.V2, "", Set.of()),
            InstantSource.system(),
            new SecureRandom())
        .begin(ByteString.EMPTY, Compression.NONE);
  }

  private static void receive(EmbeddedLink peer, MessageLite message) {
    peer.receive(RawSocketPeer.frame(message.toByteString()));
  }

  /** Keeps a hello from its challenge for as long as the test wants. */
  private static final class HeldRandom implements RandomGenerator {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public long nextLong() {
      reached.countDown();
      try {
        assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return 1;
    }
  }

  /** What is judged is judged on another thread. */
  private static ByteString nextFrame(EmbeddedLink peer) {
    Await.until(
        "a frame",
        () -> {
          peer.channel.runPendingTasks();
          return !peer.channel.outboundMessages().isEmpty();
        });
    ByteBuf sent = peer.channel.readOutbound();
    try {
      return ByteString.copyFrom(sent.skipBytes(4).nioBuffer());
    } finally {
      sent.release();
    }
  }
}
