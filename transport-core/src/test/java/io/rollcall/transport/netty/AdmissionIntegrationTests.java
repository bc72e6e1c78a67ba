package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who waits, who is pushed out, who is throttled, and what each is told, over sockets. */
class AdmissionIntegrationTests {

  private static final long ALMOST_A_SECOND = Duration.ofMillis(950).toNanos();

  private final AuthManager server = TestKeys.authManager("server");
  private final AuthManager client = TestKeys.authManager("client");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  @Test
  void aFloodPushesOutItselfAndNotALoneConnectionOfAnotherAddress() {
    trusting();
    settings.unauthenticated = new UnauthenticatedSettings(10, 0);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer lone = RawSocketPeer.connectFrom("127.0.0.9", fixture.server.address())) {
      List<RawSocketPeer> flood = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        flood.add(RawSocketPeer.connectFrom("127.0.0." + (2 + i % 2), fixture.server.address()));
      }
      // The first to be pushed out has been told, so all this has happened.
      DisconnectMessage told = flood.getFirst().readDisconnect();
      assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      assertThat(told.getDetails()).isEqualTo("too many connections without a handshake");
      flood.getFirst().expectEndOfStream();
      assertThat(lone.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      flood.forEach(RawSocketPeer::close);
    }
  }

  @Test
  void oneAddressPushesOutItsOwnAtItsOwnBound() {
    trusting();
    settings.handshakeTimeout = Duration.ofSeconds(2);
    settings.unauthenticated = new UnauthenticatedSettings(1024, 3);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = RawSocketPeer.connectFrom("127.0.0.2", fixture.server.address())) {
      List<RawSocketPeer> crowd = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        crowd.add(fixture.connect());
      }
      List<DisconnectMessage.Reason> told =
          crowd.stream().map(peer -> peer.readDisconnect().getReason()).toList();
      assertThat(told).filteredOn(DisconnectMessage.Reason.THROTTLED::equals).hasSize(17);
      assertThat(told).filteredOn(DisconnectMessage.Reason.AUTH_FAILURE::equals).hasSize(3);
      assertThat(other.readDisconnect().getReason())
          .isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      crowd.forEach(RawSocketPeer::close);
    }
  }

  @Test
  void whoseHelloArrivedIsNotPushedOut() throws Exception {
    trusting();
    CountDownLatch judging = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    settings.handshake =
        Optional.of(
            handshake(() -> {
              judging.countDown();
              Await.until("the test lets it go on", () -> goOn.getCount() == 0);
              return Instant.now();
            }));
    settings.unauthenticated = new UnauthenticatedSettings(1, 0);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      first.send(hello());
      assertThat(judging.await(10, TimeUnit.SECONDS)).isTrue();
      try (RawSocketPeer second = fixture.connect();
          RawSocketPeer third = fixture.connect()) {
        assertThat(second.readDisconnect().getReason())
            .isEqualTo(DisconnectMessage.Reason.THROTTLED);
        goOn.countDown();
        assertThat(first.readHandshakeResponse().getAccepted()).isTrue();
        assertThat(third.localPort()).isPositive();
      }
    }
  }

  @Test
  void tellsAThrottledPeerASecondLater() {
    settings.throttleAfter(2);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect();
        RawSocketPeer second = fixture.connect()) {
      first.ping(1);
      second.ping(1);
      long begin = System.nanoTime();
      try (RawSocketPeer third = fixture.connect()) {
        third.send(ping()).send(new byte[64 * 1024]);
        DisconnectMessage told = third.readDisconnect();
        assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
        assertThat(told.getDetails()).isEqualTo("too many connection attempts");
        assertThat(System.nanoTime() - begin).isGreaterThan(ALMOST_A_SECOND);
        third.expectEndOfStream();
      }
      Await.until("the event", () -> !fixture.audited.isEmpty());
      assertThat(fixture.audited)
          .singleElement()
          .isInstanceOfSatisfying(
              AuditEvent.AddressThrottled.class,
              event -> assertThat(event.address().isLoopbackAddress()).isTrue());
    }
  }

  @Test
  void answersTheHelloOfAThrottledPeerAtOnce() {
    trusting();
    settings.throttleAfter(1);
    HandshakeRequest again = hello();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      assertThat(first.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      long begin = System.nanoTime();
      try (RawSocketPeer second = fixture.connect()) {
        HandshakeResponse response = second.send(again).readHandshakeResponse();
        assertThat(response.getAccepted()).isFalse();
        assertThat(response.getError()).isEqualTo("too many connection attempts");
        assertThat(second.readDisconnect().getReason())
            .isEqualTo(DisconnectMessage.Reason.THROTTLED);
        assertThat(System.nanoTime() - begin).isLessThan(ALMOST_A_SECOND);
        second.expectEndOfStream();
      }
    }
  }

  @Test
  void seesThatAHeldPeerLeaves() {
    settings.throttleAfter(1);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      first.ping(1);
      RawSocketPeer second = fixture.connect();
      long begin = System.nanoTime();
      second.send(ping()).shutdownOutput();
      second.readToEnd();
      assertThat(System.nanoTime() - begin).isLessThan(ALMOST_A_SECOND);
      second.close();
    }
  }

  @Test
  void aMessageWhereAHelloIsRequiredIsRefusedASecondLater() {
    trusting();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      long begin = System.nanoTime();
      assertThat(peer.send(ping()).readDisconnect().getReason())
          .isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      assertThat(System.nanoTime() - begin).isGreaterThan(ALMOST_A_SECOND);
      peer.expectEndOfStream();
    }
  }

  @Test
  void tenSequencersBehindOneAddressConnectAtOnce() throws Exception {
    settings.throttle = new ThrottleSettings(5, 50, true);
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        server.addTrustedKey(TrustedEntry.of("seq-" + i, TestKeys.publicKey("client-" + i)));
      }
      trustingHandshake();
      try (ServerFixture fixture = new ServerFixture(settings)) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        List<RawSocketPeer> peers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          RawSocketPeer peer = fixture.connect();
          peers.add(peer);
          HandshakeRequest hello = hello(TestKeys.authManager("client-" + i));
          answers.add(
              CompletableFuture.supplyAsync(
                  () -> peer.send(hello).readHandshakeResponse().getAccepted(), threads));
        }
        for (CompletableFuture<Boolean> accepted : answers) {
          assertThat(accepted.get(10, TimeUnit.SECONDS)).isTrue();
        }
        peers.forEach(RawSocketPeer::close);
      }
    }
  }

  @Test
  void aTrustedPeerThatFindsNoRoomTakesNoToken() {
    trusting();
    AuthManager other = TestKeys.authManager("other");
    server.addTrustedKey(TrustedEntry.of("seq-B", other.publicKey()));
    settings.maxConnections = 1;
    settings.throttleAfter(2);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      assertThat(first.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      for (int i = 0; i < 5; i++) {
        try (RawSocketPeer next = fixture.connect()) {
          assertThat(next.send(hello(other)).readHandshakeResponse().getError())
              .isEqualTo("connection limit reached");
        }
      }
    }
  }

  /** It connects, pings, and whenever it is told to go it connects again at once, for ever. */
  @Test
  void aPeerThatReconnectsAtOnceIsServedSoonAfterThereIsRoom() throws Exception {
    settings.maxConnections = 1;
    settings.throttle = new ThrottleSettings(5, 50, true);
    AtomicBoolean served = new AtomicBoolean();
    AtomicInteger connects = new AtomicInteger();
    try (ServerFixture fixture = new ServerFixture(settings)) {
      RawSocketPeer occupant = fixture.connect();
      occupant.ping(1);
      Thread restless =
          Thread.ofVirtual()
              .start(() -> {
                while (!served.get()) {
                  connects.incrementAndGet();
                  try (RawSocketPeer peer = fixture.connect()) {
                    Message answer = peer.send(ping()).readMessage();
                    served.set(answer.hasPong());
                  } catch (UncheckedIOException again) {
                    // As it would.
                  }
                }
              });
      long first = System.nanoTime();
      Await.until("it was refused three times", () -> connects.get() > 3);
      // Without the second before each refusal there would be thousands.
      assertThat(System.nanoTime() - first).isGreaterThan(2 * ALMOST_A_SECOND);
      assertThat(served).isFalse();

      long begin = System.nanoTime();
      occupant.close();
      Await.until("it is served", served::get);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      assertThat(restless.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void aPeerThatIsNotAdmittedHoldsFourKibibytesAtMost() {
    trusting();
    // Room for 200 arrays of 4 KiB and for the hello of one more, should it come in pieces.
    settings.maxMessageSize = 64 * 1024;
    settings.inboundBuffer = 200 * 4096 + 1024;
    settings.handshakeTimeout = Duration.ofMinutes(1);
    settings.unauthenticated = new UnauthenticatedSettings(1024, 0);
    try (ServerFixture fixture = new ServerFixture(settings)) {
      List<RawSocketPeer> greedy = new ArrayList<>();
      byte[] begin = new byte[4 + 4095];
      begin[2] = 0x10;
      begin[4] = 0x08;
      for (int i = 0; i < 200; i++) {
        greedy.add(fixture.connect().send(begin));
      }
      try (RawSocketPeer trusted = fixture.connect()) {
        assertThat(trusted.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      }
      // Nobody was closed for holding more: each still may send the rest, and is judged by it.
      for (RawSocketPeer peer : greedy) {
        peer.send((byte) 0xFF);
        assertThat(peer.readDisconnect().getDetails()).contains("is no HandshakeRequest");
        peer.close();
      }
    }
  }

  @Test
  void garbageBehindALengthIsNotKept() {
    trusting();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      byte[] garbage = new byte[64 * 1024];
      Arrays.fill(garbage, (byte) 0xFF);
      garbage[0] = 0x08;
      peer.sendHex("00001000").send(garbage);
      assertThat(peer.readDisconnect().getReason())
          .isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      peer.expectEndOfStream();
    }
  }

  private void trusting() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    trustingHandshake();
  }

  private void trustingHandshake() {
    settings.handshake = Optional.of(handshake(InstantSource.system()));
  }

  private ServerHandshake handshake(InstantSource clock) {
    return new ServerHandshake(server, settings.admission, clock);
  }

  private HandshakeRequest hello() {
    return hello(client);
  }

  private static HandshakeRequest hello(AuthManager who) {
    return TestKeys.hello(who);
  }

  private static Message ping() {
    return Message.newBuilder()
        .setSenderId("raw")
        .setPing(Ping.newBuilder().setTimestamp(1))
        .build();
  }
}
