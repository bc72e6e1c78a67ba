package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers whose bytes come one by one. */
class DripIntegrationTests {

  private static final Message VOTE =
      Message.newBuilder()
          .setSenderId("slow")
          .setVote(Vote.newBuilder().setSenderChainId(ByteString.fromHex("d903")).setVote(true))
          .build();

  private final ServerFixture.Settings settings = new ServerFixture.Settings();
  private final ScheduledExecutorService drips = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void endDrips() {
    drips.shutdownNow();
  }

  @Test
  void aFrameThatDripsInIsEndedAtItsTimeThoughBytesKeepComing() {
    settings.readTimeout = Duration.ofMillis(600);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = fixture.connect();
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(other);
      String id = fixture.admitted(peer);
      long start = System.nanoTime();
      AtomicInteger sent = drip(peer, new byte[] {0, 0, 4, 0}, 20, 1020);

      DisconnectMessage goodbye = peer.readDisconnect();

      Duration lasted = Duration.ofNanos(System.nanoTime() - start);
      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.READ_TIMEOUT);
      assertThat(goodbye.getDetails())
          .isEqualTo("a frame was not complete within read-timeout (PT0.6S)");
      assertThat(lasted).isBetween(Duration.ofMillis(600), Duration.ofSeconds(8));
      assertThat(sent.get()).as("bytes that came").isGreaterThan(4);
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.connection().id()).isEqualTo(id);
      assertThat(closed.reason()).isEqualTo(CloseReason.READ_TIMEOUT);
      other.ping(2);
    }
  }

  @Test
  void aFrameMayComeByteByByteAsLongAsItIsCompleteInTime() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      drip(peer, RawSocketPeer.frame(VOTE.toByteString()), 10, 0);
      assertThat(fixture.recorded.nextMessage().message()).isEqualTo(VOTE);
      peer.ping(2);
    }
  }

  @Test
  void aPartialFrameSurvivesEveryPauseThatIsShorterThanTheReadTimeout() throws Exception {
    byte[] frame = RawSocketPeer.frame(VOTE.toByteString());
    for (int cut = 1; cut < frame.length; cut++) {
      try (EmbeddedLink embedded = new EmbeddedLink()) {
        embedded.admit();
        embedded.receive(Arrays.copyOf(frame, cut));
        pass(embedded, 29);
        embedded.receive(Arrays.copyOfRange(frame, cut, frame.length));
        pass(embedded, 2);
        assertThat(embedded.recorded.nextMessage().message()).isEqualTo(VOTE);
        assertThat(embedded.link.ended()).isFalse();
      }
    }
  }

  @Test
  void theTimeForAFrameGoesFromItsFirstByteAndNotFromThePreviousFrame() {
    byte[] frame = RawSocketPeer.frame(VOTE.toByteString());
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      pass(embedded, 29);
      embedded.receive(frame);
      embedded.receive(frame[0]);
      pass(embedded, 29);
      assertThat(embedded.link.ended()).isFalse();
      embedded.receive(frame[1]);
      pass(embedded, 1);
      assertThat(embedded.link.ended()).isTrue();
      assertThat(embedded.errors(CloseReason.READ_TIMEOUT, Operation.READ)).isOne();
    }
  }

  @Test
  void aDrippingHelloDoesNotExtendTheOneDeadlineThatRunsFromAccept() {
    settings.handshakeTimeout = Duration.ofMillis(800);
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(
            new ServerHandshake(
                EcdsaAuthManager.create(TestKeys.signer("server"), new TrustedKeys()),
                AdmissionSettings.TRUSTED_ONLY,
                InstantSource.system()));
    try (ServerFixture fixture = new ServerFixture(settings)) {
      long start = System.nanoTime();
      try (RawSocketPeer peer = fixture.connect()) {
        // A frame of 1 KiB whose first byte is that of a hello: at this rate it would take 20 s.
        AtomicInteger sent = drip(peer, new byte[] {0, 0, 4, 0, 8}, 20, 1019);

        peer.readToEnd();

        Duration lasted = Duration.ofNanos(System.nanoTime() - start);
        assertThat(lasted).isBetween(Duration.ofMillis(800), Duration.ofSeconds(8));
        assertThat(sent.get()).isGreaterThan(5);
        assertThat(fixture.server.connectionCount()).isZero();
      }
    }
  }

  /** Second by second: a jump would look like a process that stood still. */
  private static void pass(EmbeddedLink embedded, int seconds) {
    for (int i = 0; i < seconds; i++) {
      embedded.advance(Duration.ofSeconds(1));
    }
  }

  /** Sends these bytes one by one, then as many zeros, until that fails. */
  private AtomicInteger drip(RawSocketPeer peer, byte[] bytes, int everyMillis, int zeros) {
    byte[] all = Arrays.copyOf(bytes, bytes.length + zeros);
    AtomicInteger sent = new AtomicInteger();
    var _ =
        drips.scheduleAtFixedRate(
            () -> {
              if (sent.get() < all.length) {
                peer.send(all[sent.get()]);
                sent.incrementAndGet();
              }
            },
            0,
            everyMillis,
            TimeUnit.MILLISECONDS);
    return sent;
  }
}
