package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ReplayMarks;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Keys that are removed, changed and added while their holders are connected. */
class TrustIntegrationTests {

  private static final String NO_LONGER = "public key is no longer trusted";

  private final AuthManager server = TestKeys.authManager("server");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  @BeforeEach
  void trust() {
    trust("a", "a", "another key of a");
    trust("b", "b");
    settings.admission = AdmissionSettings.with(true, true, true);
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
  }

  private void trustedOnly() {
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
  }

  private void trust(String id, String... keyNames) {
    server.addTrustedKey(entry(id, 2, Set.of(), keyNames));
  }

  private static TrustedEntry entry(
      String id, int connections, Set<ChainId> chains, String... keyNames) {
    Set<PublicKey> keys =
        Stream.of(keyNames).map(TestKeys::publicKey).collect(Collectors.toUnmodifiableSet());
    return new TrustedEntry(id, keys, chains, connections, false);
  }

  @Test
  void aRemovedKeyIsClosedAndToldSoAndTheOtherKeyOfItsIdStays() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer removed = admitted(fixture, "a");
        RawSocketPeer other = admitted(fixture, "another key of a");
        RawSocketPeer bystander = admitted(fixture, "b");
        RawSocketPeer stranger = admitted(fixture, "a stranger")) {
      String id = fixture.idOf(removed);
      trust("a", "another key of a");

      DisconnectMessage told = removed.readDisconnect();
      assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      assertThat(told.getDetails()).isEqualTo(NO_LONGER);
      removed.expectEndOfStream();
      other.ping(1);
      bystander.ping(1);
      stranger.ping(1);
      Await.until("it is audited", () -> !withdrawn(fixture).isEmpty());
      assertThat(withdrawn(fixture))
          .singleElement()
          .satisfies(event -> {
            assertThat(event.connectionId()).isEqualTo(id);
            assertThat(event.identity().label()).isEqualTo("a");
            assertThat(event.by()).isEqualTo("the application");
            assertThat(event.text()).isEqualTo(NO_LONGER);
          });
      assertThat(fixture.audited)
          .contains(new AuditEvent.TrustChanged("the application", "changed a (1 key less)"));
    }
  }

  @Test
  void theNextHelloOfARemovedKeyIsRefused() {
    trustedOnly();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer removed = admitted(fixture, "b")) {
      server.removeTrustedKey("b");
      assertThat(removed.readDisconnect().getDetails()).isEqualTo(NO_LONGER);
      try (RawSocketPeer again = fixture.connect()) {
        HandshakeResponse answer = again.send(TestKeys.hello("b")).readHandshakeResponse();
        assertThat(answer.getAccepted()).isFalse();
        assertThat(answer.getError()).isEqualTo("untrusted public key - connection rejected");
      }
    }
  }

  @Test
  void aKeyThatStandsForSomethingElseNowHasToConnectAgain() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "b")) {
      server.addTrustedKey(entry("b", 2, Set.of(ChainId.of(10)), "b"));

      DisconnectMessage told = old.readDisconnect();
      assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.REQUESTED);
      assertThat(told.getDetails()).isEqualTo("its trusted entry changed, connect again");
      old.expectEndOfStream();
      try (RawSocketPeer next = admitted(fixture, "b")) {
        assertThat(fixture.server.connection(fixture.idOf(next)).orElseThrow().info().chainIds())
            .containsExactly(ChainId.of(10));
      }
    }
  }

  @Test
  void aFurtherKeyLeavesTheConnectionsOfItsIdAlone() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer old = admitted(fixture, "b")) {
      trust("b", "b", "a new key of b");
      try (RawSocketPeer next = admitted(fixture, "a new key of b")) {
        old.ping(2);
        next.ping(2);
        assertThat(withdrawn(fixture)).isEmpty();
      }
    }
  }

  @Test
  void aPeerThatReadsNothingIsCutWithinASecond() {
    settings.maxMessageSize = 8 << 20;
    settings.outboundBuffer = 64L << 20;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer deaf = admitted(fixture, "b")) {
      String id = fixture.idOf(deaf);
      for (int i = 0; i < 4; i++) {
        var _ = fixture.server.send(id, large());
      }
      Connection connection = fixture.server.connection(id).orElseThrow();
      // Of both kinds this is the one whose goodbye is waited for without a limit of its own.
      server.addTrustedKey(entry("b", 1, Set.of(), "b"));
      assertThat(connection.close(CloseReason.REQUESTED, "ends already"))
          .succeedsWithin(Duration.ofSeconds(5));
    }
  }

  private static Message large() {
    return Message.newBuilder()
        .setSenderId("x")
        .setXtRequest(
            XTRequest.newBuilder()
                .addTransactions(
                    TransactionRequest.newBuilder()
                        .setChainId(ByteString.copyFromUtf8("1"))
                        .addTransaction(ByteString.copyFrom(new byte[7 << 20]))))
        .build();
  }

  @Test
  void aHelloThatWasProvenJustBeforeTheRemovalDoesNotSlipIn() throws Exception {
    HeldMarks marks = new HeldMarks();
    settings.handshake =
        Optional.of(
            new ServerHandshake(
                server,
                settings.admission,
                marks,
                TransportMetrics.NOOP,
                InstantSource.system(),
                new SecureRandom()));
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer late = fixture.connect()) {
      late.send(TestKeys.hello("b"));
      assertThat(marks.reached.await(10, TimeUnit.SECONDS)).isTrue();
      server.removeTrustedKey("b");
      marks.kept.complete(null);

      HandshakeResponse answer = late.readHandshakeResponse();
      assertThat(answer.getAccepted()).isFalse();
      assertThat(answer.getError()).isEqualTo(NO_LONGER);
      assertThat(late.readDisconnect().getReason())
          .isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      assertThat(fixture.server.connectionCount()).isZero();
    }
  }

  @Test
  void theLastLookAtANewcomerLetsNoRemovalPassBeforeItIsFound() throws Exception {
    trustedOnly();
    AtomicInteger looks = new AtomicInteger();
    CountDownLatch removed = new CountDownLatch(1);
    Thread removal =
        Thread.ofPlatform()
            .unstarted(() -> {
              server.removeTrustedKey("b");
              removed.countDown();
            });
    // The first look is that at its hello.
    AuthManager removing =
        watched(
            "identify",
            () -> {
              if (looks.incrementAndGet() == 2) {
                removal.start();
                Await.until(
                    "the removal is over, or waits for the newcomer",
                    () -> removed.getCount() == 0 || removal.getState() == Thread.State.WAITING);
              }
            });
    settings.handshake =
        Optional.of(new ServerHandshake(removing, settings.admission, InstantSource.system()));
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.send(TestKeys.hello("b"));

      assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
      assertThat(peer.readDisconnect().getDetails()).isEqualTo(NO_LONGER);
      assertThat(removed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @RepeatedTest(50)
  void whoeverConnectsWhileItsKeyIsRemovedIsGoneAfterwards() throws Exception {
    trustedOnly();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer one = fixture.connect();
        RawSocketPeer two = fixture.connect()) {
      CountDownLatch go = new CountDownLatch(1);
      Thread removal =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (go.await(10, TimeUnit.SECONDS)) {
                    server.removeTrustedKey("b");
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      one.send(TestKeys.hello("b"));
      two.send(TestKeys.hello("b"));
      go.countDown();
      assertThat(removal.join(Duration.ofSeconds(10))).isTrue();
      for (RawSocketPeer peer : List.of(one, two)) {
        if (peer.readHandshakeResponse().getAccepted()) {
          assertThat(peer.readDisconnect().getDetails()).isEqualTo(NO_LONGER);
        }
      }
      Await.until("nobody is connected", () -> fixture.server.connectionCount() == 0);
    }
  }

  @Test
  void aKeyThatComesBackAcceptsNoHelloThatWasUsedBefore() {
    trustedOnly();
    HandshakeRequest hello = TestKeys.hello("b");
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      assertThat(first.send(hello).readHandshakeResponse().getAccepted()).isTrue();
      server.removeTrustedKey("b");
      assertThat(first.readDisconnect().getDetails()).isEqualTo(NO_LONGER);
      trust("b", "b");
      try (RawSocketPeer replay = fixture.connect()) {
        assertThat(replay.send(hello).readHandshakeResponse().getAccepted()).isFalse();
        assertThat(replay.readDisconnect().getDetails())
            .isEqualTo("handshake verification failed: handshake was used before");
      }
    }
  }

  @Test
  void aServerThatIsStoppedHearsOfNoChange() {
    try (ServerFixture fixture = new ServerFixture(settings)) {
      fixture.server.stop();
      server.removeTrustedKey("b");
      fixture.server.start();
      server.removeTrustedKey("a");
      Await.until("the second change is audited", () -> !fixture.audited.isEmpty());
      assertThat(fixture.audited)
          .containsExactly(new AuditEvent.TrustChanged("the application", "removed a"));
    }
  }

  @Test
  void aServerListensToChangesFromItsStartToItsStopAndNoLonger() {
    AtomicInteger listeners = new AtomicInteger();
    AuthManager counted = watched("listen", listeners::incrementAndGet, listeners::decrementAndGet);
    settings.handshake =
        Optional.of(new ServerHandshake(counted, settings.admission, InstantSource.system()));
    try (ServerFixture fixture = new ServerFixture(settings)) {
      assertThat(listeners).hasValue(1);
      settings.port = fixture.server.address().getPort();
      assertThatThrownBy(() -> new ServerFixture(settings)).hasMessageContaining("in use");
      assertThat(listeners).as("after a start that failed").hasValue(1);
      fixture.server.stop();
      assertThat(listeners).as("after the stop").hasValue(0);
    }
  }

  private AuthManager watched(String method, Runnable asked) {
    return watched(method, asked, () -> {});
  }

  /** Tells when a method returns what it knows, and when what it returned is run. */
  private AuthManager watched(String method, Runnable asked, Runnable run) {
    return (AuthManager)
        Proxy.newProxyInstance(
            AuthManager.class.getClassLoader(),
            new Class<?>[] {AuthManager.class},
            (proxy, called, arguments) -> {
              Object result = called.invoke(server, arguments);
              if (!called.getName().equals(method)) {
                return result;
              }
              asked.run();
              return result instanceof Runnable ends
                  ? (Runnable)
                      () -> {
                        run.run();
                        ends.run();
                      }
                  : result;
            });
  }

  private static RawSocketPeer admitted(ServerFixture fixture, String keyName) {
    RawSocketPeer peer = fixture.connect().send(TestKeys.hello(keyName));
    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    return peer.ping(1);
  }

  private static List<AuditEvent.TrustWithdrawn> withdrawn(ServerFixture fixture) {
    return fixture.audited.stream()
        .filter(AuditEvent.TrustWithdrawn.class::isInstance)
        .map(AuditEvent.TrustWithdrawn.class::cast)
        .toList();
  }

  /** A hello is held between its proof and its answer, for as long as the test wants. */
  private static final class HeldMarks implements ReplayMarks {
    final CountDownLatch reached = new CountDownLatch(1);
    final CompletableFuture<Void> kept = new CompletableFuture<>();

    @Override
    public OptionalLong atStart(ByteString key) {
      return OptionalLong.empty();
    }

    @Override
    public CompletionStage<Void> record(ByteString key, long timestamp) {
      reached.countDown();
      return kept;
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }
  }
}
