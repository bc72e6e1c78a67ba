package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.StartSlot;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A second connection of the same identity, over real sockets. */
class ReplacementIntegrationTests {

  private static final String REPLACED = "replaced by a newer connection of the same identity";
  private static final String IN_USE = "too many connections of the same identity, try again later";

  private final AuthManager server = TestKeys.authManager("server");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  // What StartSlot numbers reached handlers.
  private final Queue<Long> handled = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void trust() {
    trust("a", 1, "a", "another key of a");
    settings.admission = AdmissionSettings.with(true, true, true);
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
    settings.metrics = new MicrometerTransportMetrics(meters);
  }

  private void trust(String id, int connections, String... keyNames) {
    Set<PublicKey> keys = new HashSet<>();
    for (String name : keyNames) {
      keys.add(TestKeys.publicKey(name));
    }
    server.addTrustedKey(new TrustedEntry(id, keys, Set.of(), connections, false));
  }

  @Test
  void theNewestProvenOneWinsAndTheOldOneIsToldSo() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "a");
        RawSocketPeer bystander = admitted(fixture, "a stranger")) {
      String oldId = fixture.idOf(old);
      try (RawSocketPeer next = admitted(fixture, "another key of a")) {
        DisconnectMessage told = old.readDisconnect();
        assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
        assertThat(told.getDetails()).isEqualTo(REPLACED);
        old.expectEndOfStream();
        String nextId = fixture.idOf(next.ping(1));
        assertThat(fixture.server.connections())
            .extracting("id")
            .containsExactlyInAnyOrder(fixture.idOf(bystander), nextId);
        Await.until("it is audited", () -> !replacements(fixture).isEmpty());
        AuditEvent.ConnectionReplaced audited = replacements(fixture).getFirst();
        assertThat(audited.identity().label()).isEqualTo("a");
        assertThat(audited.oldConnectionId()).isEqualTo(oldId);
        assertThat(audited.newConnectionId()).isEqualTo(nextId);
        assertThat(replacementsCounted()).isOne();
        bystander.ping(1);
      }
    }
  }

  @Test
  void whatWasQueuedForTheOldOneComesBeforeItsGoodbyeAndBroadcastsGoToTheNewOne() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "a")) {
      var _ = fixture.server.broadcast(slot(7), Set.of());
      try (RawSocketPeer next = admitted(fixture, "a")) {
        var _ = fixture.server.broadcast(slot(8), Set.of());
        assertThat(next.readMessage().getStartSlot().getSlot()).isEqualTo(8);
        assertThat(old.readMessage().getStartSlot().getSlot()).isEqualTo(7);
        assertThat(old.readMessage().hasDisconnect()).isTrue();
        old.expectEndOfStream();
      }
    }
  }

  @RepeatedTest(100)
  void whatTheOldOneSentJustBeforeTheHelloIsHandledBeforeAnythingOfTheNewOne() {
    handle(message -> {});
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "a")) {
      old.send(slots(0, 300));
      try (RawSocketPeer next = admitted(fixture, "a")) {
        next.send(slots(300, 310));
        Await.until("all is handled", () -> handled.size() == 310);
        assertThat(handled).containsExactlyElementsOf(LongStream.range(0, 310).boxed().toList());
      }
      assertThat(fixture.recorded.next()).startsWith("opened ");
      assertThat(fixture.recorded.next()).startsWith("closed ");
      assertThat(fixture.recorded.next()).startsWith("opened ");
    }
  }

  @Test
  void soItIsWhenTheOldQueueIsFullBecauseItsHandlerIsSlow() {
    handle(message -> LockSupport.parkNanos(300_000));
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "a")) {
      // Three queues full: one is queued, the others are in the decoder and in the socket.
      old.send(slots(0, 3000));
      try (RawSocketPeer next = admitted(fixture, "a")) {
        next.send(slots(3000, 3010));
        assertThat(fixture.server.connectionCount()).isOne();
        Await.until("all is handled", () -> handled.size() == 3010);
        assertThat(handled).containsExactlyElementsOf(LongStream.range(0, 3010).boxed().toList());
        assertThat(old.readDisconnect().getDetails()).isEqualTo(REPLACED);
      }
    }
  }

  @Test
  void aBlockedHandlerHoldsUpItsIdentityAndNobodyElse() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    handle(message -> {
      if (message.getStartSlot().getSlot() == 1) {
        await(go);
      }
    });
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = admitted(fixture, "a stranger");
        RawSocketPeer old = admitted(fixture, "a")) {
      old.send(slot(1));
      try (RawSocketPeer next = admitted(fixture, "a")) {
        next.send(slot(2)).ping(1);
        assertThat(old.readDisconnect().getDetails()).isEqualTo(REPLACED);
        other.send(slot(3));
        Await.until("the stranger is served", () -> handled.contains(3L));
        var _ = fixture.server.send("a", slot(9));
        assertThat(next.readMessage().getStartSlot().getSlot()).isEqualTo(9);
        assertThat(handled).containsExactly(3L);
        go.countDown();
        Await.until("all is handled", () -> handled.size() == 3);
        assertThat(handled).containsExactly(3L, 1L, 2L);
      }
    }
  }

  @Test
  void aFightEndsWithTheNewcomerThrottledAndThePresentOneStays() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer one = admitted(fixture, "a");
        RawSocketPeer two = admitted(fixture, "a");
        RawSocketPeer three = admitted(fixture, "a");
        RawSocketPeer four = hello(fixture, "a");
        RawSocketPeer five = hello(fixture, "a")) {
      assertThat(one.readDisconnect().getDetails()).isEqualTo(REPLACED);
      assertThat(two.readDisconnect().getDetails()).isEqualTo(REPLACED);
      for (RawSocketPeer late : List.of(four, five)) {
        HandshakeResponse answer = late.readHandshakeResponse();
        assertThat(answer.getAccepted()).isFalse();
        assertThat(answer.getError()).isEqualTo(IN_USE);
        DisconnectMessage told = late.readDisconnect();
        assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
        assertThat(told.getDetails()).isEqualTo(IN_USE);
        late.expectEndOfStream();
      }
      // It is asked at once whether it is alive, and only once.
      assertThat(three.readMessage().hasPing()).isTrue();
      three.ping(1);
      assertThat(fixture.server.connections())
          .extracting("id")
          .containsExactly(fixture.idOf(three));
      assertThat(replacementsCounted()).isEqualTo(2);
    }
  }

  @Test
  void aPresentOneThatAnswersNoPingIsGivenUpAfterFiveSeconds() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer one = admitted(fixture, "a");
        RawSocketPeer two = admitted(fixture, "a");
        RawSocketPeer dead = admitted(fixture, "a")) {
      String deadId = fixture.idOf(dead);
      long first = System.nanoTime();
      Await.until(
          "a newcomer is let in",
          () -> {
            try (RawSocketPeer next = hello(fixture, "a")) {
              if (next.readHandshakeResponse().getAccepted()) {
                assertThat(System.nanoTime() - first)
                    .isGreaterThan(TimeUnit.SECONDS.toNanos(5) - 1);
                assertThat(fixture.server.connection(deadId)).isEmpty();
                return true;
              }
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            return false;
          });
      assertThat(one.readDisconnect().getDetails()).isEqualTo(REPLACED);
      assertThat(two.readDisconnect().getDetails()).isEqualTo(REPLACED);
      assertThat(dead.readDisconnect().getDetails()).isEqualTo(REPLACED);
    }
  }

  @Test
  void anIdentityMayHaveSeveralConnectionsWhereThatIsConfigured() {
    trust("a", 2, "a");
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer one = admitted(fixture, "a");
        RawSocketPeer two = admitted(fixture, "a");
        RawSocketPeer three = admitted(fixture, "a")) {
      assertThat(one.readDisconnect().getDetails()).isEqualTo(REPLACED);
      two.ping(1);
      three.ping(1);
      assertThat(fixture.server.connectionCount()).isEqualTo(2);
      var _ = fixture.server.send("a", slot(4));
      assertThat(two.readMessage().getStartSlot().getSlot()).isEqualTo(4);
      assertThat(three.readMessage().getStartSlot().getSlot()).isEqualTo(4);
    }
  }

  @Test
  void whoeverClosedBeforeComesBackAsOftenAsItLikes() {
    try (ServerFixture fixture = new ServerFixture(settings)) {
      for (int i = 0; i < 10; i++) {
        try (RawSocketPeer peer = admitted(fixture, "a")) {
          peer.ping(i);
        }
        // Handled too: one that comes back faster than that is told to wait.
        fixture.recorded.nextClosed();
        assertThat(fixture.server.connectionCount()).isZero();
      }
      assertThat(replacementsCounted()).isZero();
      assertThat(replacements(fixture)).isEmpty();
    }
  }

  @Test
  void atAFullServerAReplacementIsAdmitted() {
    settings.maxConnections = 1;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "a");
        RawSocketPeer stranger = hello(fixture, "a stranger");
        RawSocketPeer next = admitted(fixture, "a")) {
      assertThat(stranger.readHandshakeResponse().getAccepted()).isFalse();
      assertThat(old.readDisconnect().getDetails()).isEqualTo(REPLACED);
      next.ping(1);
    }
  }

  private void handle(java.util.function.Consumer<Message> first) {
    MessageHandler handler =
        inbound -> {
          first.accept(inbound.message());
          handled.add(inbound.message().getStartSlot().getSlot());
        };
    settings.handler = Optional.of(handler);
  }

  private static RawSocketPeer hello(ServerFixture fixture, String keyName) {
    return fixture.connect().send(TestKeys.hello(keyName));
  }

  private static RawSocketPeer admitted(ServerFixture fixture, String keyName) {
    RawSocketPeer peer = hello(fixture, keyName);
    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    return peer;
  }

  private static Message slot(long number) {
    return Message.newBuilder()
        .setSenderId("x")
        .setStartSlot(StartSlot.newBuilder().setSlot(number))
        .build();
  }

  private static byte[] slots(int from, int to) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int number = from; number < to; number++) {
      all.writeBytes(RawSocketPeer.frame(slot(number).toByteString()));
    }
    return all.toByteArray();
  }

  private static List<AuditEvent.ConnectionReplaced> replacements(ServerFixture fixture) {
    return fixture.audited.stream()
        .filter(AuditEvent.ConnectionReplaced.class::isInstance)
        .map(AuditEvent.ConnectionReplaced.class::cast)
        .toList();
  }

  private double replacementsCounted() {
    return meters
        .get(TransportMeters.CONNECTIONS.meterName())
        .tag("state", "replaced")
        .counter()
        .count();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not released");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
