package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectException;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.TransportTimeoutException;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.RecordingHandler;
import io.rollcall.transport.testing.TestKeys;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NettyTransportClientIntegrationTests {

  private final RawServer server = RawServer.listen();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
    server.close();
  }

  // ---- connecting

  @Test
  void connectsWithoutAHandshakeAndReportsItself() {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));

    fixture.client.connect();

    ConnectionInfo opened = fixture.recorded.nextOpened();
    assertThat(fixture.client.isConnected()).isTrue();
    assertThat(fixture.client.stats().connected()).isTrue();
    assertThat(fixture.client.stats().serverAddress()).isEqualTo(server.address());
    assertThat(fixture.client.stats().dials()).isEqualTo(1);
    assertThat(fixture.client.connection().orElseThrow().id()).isEqualTo(opened.id());
    assertThat(opened.remoteAddress().toString()).endsWith("/" + server.address());
  }

  @Test
  void shakesHandsBeforeItCountsAsConnected() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    HandshakeRequest hello = HandshakeRequest.parseFrom(peer.readFrame());
    assertThat(hello.getClientId()).isEqualTo(ClientFixture.ID);
    assertThat(hello.getPublicKey()).isEqualTo(TestKeys.publicKey("client").bytes());
    assertThat(fixture.client.isConnected()).isFalse();

    // Whatever follows the answer at once is a message already.
    peer.send(
        bytes(HandshakeResponse.newBuilder().setAccepted(true).setSessionId("s").build(), vote(7)));

    connecting.get(10, TimeUnit.SECONDS);
    assertThat(fixture.client.isConnected()).isTrue();
    assertThat(fixture.recorded.nextMessage().message()).isEqualTo(vote(7));
  }

  @Test
  void saysWhoRefusedTheConnection() {
    String dead = RawServer.deadAddress();
    ClientFixture fixture = with(ClientFixture.plain(dead));

    assertThatThrownBy(fixture.client::connect)
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("connection refused")
        .hasMessageContaining(dead);
    assertThat(fixture.client.stats().lastFailure().orElseThrow()).contains("connection refused");
    assertThat(fixture.scheduler.waiting()).isZero();
  }

  @Test
  void writesAnIpv6AddressInBrackets() {
    ClientFixture fixture = with(ClientFixture.plain("[::1]:1"));

    assertThatThrownBy(fixture.client::connect).hasMessageContaining("[0:0:0:0:0:0:0:1]:1");
    assertThat(fixture.client.stats().serverAddress()).isEqualTo("[0:0:0:0:0:0:0:1]:1");
  }

  @Test
  void saysWhichNameIsUnknown() {
    ClientFixture fixture = with(ClientFixture.plain("nowhere.invalid:1"));

    assertThatThrownBy(fixture.client::connect)
        .isInstanceOf(ConnectException.class)
        .hasMessage("unknown host: nowhere.invalid:1");
  }

  @Test
  void oneDeadlineHoldsForASilentServerAndNothingElseWaitsForIt() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();

    // Stats and send answer while connect blocks.
    assertThat(fixture.client.stats().connected()).isFalse();
    assertThat(failure(fixture.client.send(vote(1)).toCompletableFuture()))
        .isInstanceOf(NotConnectedException.class)
        .hasMessage("client not connected");
    fixture.scheduler.awaitNextIn(ClientFixture.CONNECT_TIMEOUT);
    fixture.scheduler.advance(ClientFixture.CONNECT_TIMEOUT);

    assertThat(failure(connecting))
        .isInstanceOf(TransportTimeoutException.class)
        .hasMessageContaining("handshake timeout: " + server.address())
        .hasMessageContaining("7000 ms (connect-timeout)");
    peer.readToEnd();
  }

  @Test
  void theNameTheDialAndTheHandshakeShareOneDeadline() throws Exception {
    CountDownLatch resolve = new CountDownLatch(1);
    ClientFixture fixture =
        with(
            ClientFixture.resolving(
                true,
                name -> {
                  awaitLatch(resolve);
                  return List.of(InetAddress.getLoopbackAddress());
                },
                "slow.example:" + port(server)));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    fixture.scheduler.awaitNextIn(ClientFixture.CONNECT_TIMEOUT);
    fixture.scheduler.advance(Duration.ofSeconds(4));
    resolve.countDown();
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();

    assertThat(fixture.scheduler.waiting()).isEqualTo(1);
    fixture.scheduler.advance(Duration.ofSeconds(2));
    assertThat(connecting).isNotDone();
    fixture.scheduler.advance(Duration.ofSeconds(1));

    assertThat(failure(connecting))
        .isInstanceOf(TransportTimeoutException.class)
        .hasMessageContaining("handshake timeout");
  }

  @Test
  void aBadAnswerToTheHandshakeIsCountedOnce() throws Exception {
    for (String answer : List.of("00100001", "0000000401020304", "00000000")) {
      SimpleMeterRegistry meters = new SimpleMeterRegistry();
      try (ClientFixture fixture =
          ClientFixture.counting(true, new MicrometerTransportMetrics(meters), server.address())) {
        CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
        try (RawSocketPeer peer = server.accept()) {
          peer.readFrame();
          peer.sendHex(answer);
          assertThat(failure(connecting)).isInstanceOf(HandshakeRejectedException.class);
        }
      }
      assertThat(meters.get(TransportMeters.ERRORS.meterName()).counters())
          .as("errors counted for %s", answer)
          .extracting(Counter::count)
          .filteredOn(count -> count > 0)
          .containsExactly(1.0);
    }
  }

  @Test
  void aRefusedHandshakeKeepsTheServersWords() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();

    peer.send(HandshakeResponse.newBuilder().setError("handshake timestamp too old").build());

    assertThat(failure(connecting))
        .isInstanceOfSatisfying(
            HandshakeRejectedException.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE))
        .hasMessageStartingWith(
            "handshake failed: handshake rejected: handshake timestamp too old");
    peer.readToEnd();
    assertThat(fixture.client.isConnected()).isFalse();
  }

  @Test
  void aRefusalForWantOfRoomIsNoAuthFailureSoTheNextAddressHasItsTurnAtOnce() throws Exception {
    try (RawServer other = RawServer.listen()) {
      ClientFixture fixture = with(ClientFixture.authenticating(server.address(), other.address()));
      fixture.client.connectInBackground();
      RawSocketPeer peer = with(server.accept());
      peer.readFrame();

      peer.send(HandshakeResponse.newBuilder().setError("connection limit reached").build());
      peer.send(disconnect(DisconnectMessage.Reason.TOO_MANY_PEERS, "connection limit reached"));

      with(other.accept()).readFrame();
      assertThat(fixture.client.stats().lastFailure().orElseThrow())
          .contains("connection limit reached");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CloseReason.class,
      names = {"THROTTLED", "TOO_MANY_PEERS", "AUTH_FAILURE"})
  void theGoodbyeBehindARefusalSaysWhatItWasFor(CloseReason reason) throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();

    peer.send(HandshakeResponse.newBuilder().setError("not you, not now").build());
    peer.send(disconnect(reason.wire(), "not you, not now"));

    assertThat(failure(connecting))
        .isInstanceOfSatisfying(
            HandshakeRejectedException.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(reason))
        .hasMessageContaining("handshake rejected: not you, not now");
  }

  @Test
  void theRealServersRefusalForWantOfRoomIsUnderstood() {
    ServerFixture.Settings settings = trusting("client", "occupant");
    settings.maxConnections = 1;
    ServerFixture real = with(new ServerFixture(settings));
    RawSocketPeer occupant = with(real.connect());
    occupant.send(TestKeys.hello("occupant"));
    assertThat(occupant.readHandshakeResponse().getAccepted()).isTrue();
    ClientFixture late = with(ClientFixture.authenticating(address(real)));

    assertThatThrownBy(late.client::connect)
        .isInstanceOfSatisfying(
            HandshakeRejectedException.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(CloseReason.TOO_MANY_PEERS));
  }

  @Test
  void aThrottlingServerOfTheSdkIsUnderstood() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());

    peer.send(disconnect(DisconnectMessage.Reason.THROTTLED, "too many connection attempts"));

    assertThat(failure(connecting))
        .isInstanceOfSatisfying(
            HandshakeRejectedException.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(CloseReason.THROTTLED))
        .hasMessageContaining("too many connection attempts");
  }

  @Test
  void aServerThatClosesInsteadOfAnsweringIsNamed() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();
    peer.close();

    assertThat(failure(connecting))
        .isInstanceOf(HandshakeRejectedException.class)
        .hasMessage(
            "handshake failed: " + server.address() + " closed the connection without an answer");
  }

  @Test
  void triesTheNextAddressWhenOneIsDead() {
    ClientFixture fixture = with(ClientFixture.plain(RawServer.deadAddress(), server.address()));

    fixture.client.connect();

    assertThat(fixture.client.stats().serverAddress()).isEqualTo(server.address());
    assertThat(fixture.client.stats().dials()).isEqualTo(2);
  }

  @Test
  void triesEveryAddressOfANameInTurn() throws Exception {
    // Only the last one has somebody listening on this port.
    ClientFixture fixture =
        with(
            ClientFixture.resolving(
                false,
                name ->
                    List.of(
                        InetAddress.getByName("127.0.0.77"),
                        InetAddress.getByName("127.0.0.78"),
                        InetAddress.getLoopbackAddress()),
                "publisher.example:" + port(server)));

    fixture.client.connect();

    assertThat(fixture.client.stats().dials()).isEqualTo(3);
    with(server.accept());
  }

  @Test
  void anAddressGivenWhileAnotherCallDialsIsRefusedAndForgotten() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();

    assertThatThrownBy(() -> fixture.client.connect(RawServer.deadAddress()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("client is connecting already");

    assertThat(fixture.client.stats().serverAddress()).isEqualTo(server.address());
    peer.send(HandshakeResponse.newBuilder().setAccepted(true).build());
    connecting.get(10, TimeUnit.SECONDS);
    peer.reset();
    fixture.passBackOff(Duration.ofSeconds(5));
    with(server.accept()).readFrame();
  }

  @Test
  void timeoutsThatTwoThreadsSetAreBothKept() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    for (int round = 1; round <= 100; round++) {
      Duration read = Duration.ofMillis(1000 + round);
      Duration write = Duration.ofMillis(5000 + round);
      CyclicBarrier together = new CyclicBarrier(2);
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                pass(together);
                fixture.client.setReadTimeout(read);
              });
      pass(together);
      fixture.client.setWriteTimeout(write);
      other.join();

      fixture.client.connect();
      ConnectionSettings used =
          ((NettyConnection) fixture.client.connection().orElseThrow()).link().context().settings();
      assertThat(used.readTimeout()).isEqualTo(read);
      assertThat(used.writeTimeout()).isEqualTo(write);
      server.accept().close();
      fixture.client.disconnect();
    }
  }

  @Test
  void theAddressGivenToConnectIsKept() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(RawServer.deadAddress()));

    fixture.client.connect(server.address());
    with(server.accept()).reset();
    fixture.passBackOff(Duration.ofSeconds(5));

    with(server.accept());
  }

  @Test
  void refusesAnAddressThatIsNone() {
    ClientFixture fixture = with(ClientFixture.plain());

    assertThatThrownBy(() -> fixture.client.connect("host-without-port"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("host-without-port");
    assertThatThrownBy(fixture.client::connect)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("server-addr");
  }

  @Test
  void connectingTwiceIsAnError() {
    ClientFixture fixture = connected();

    assertThatThrownBy(fixture.client::connect)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("client already connected");
  }

  // ---- retrying

  @Test
  void connectWithRetryNamesTheAttemptsItMade() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(RawServer.deadAddress()));
    CompletableFuture<Void> connecting =
        CompletableFuture.runAsync(() -> fixture.client.connectWithRetry(2));

    fixture.passBackOff(Duration.ofSeconds(5));
    fixture.passBackOff(Duration.ofSeconds(10));

    assertThat(failure(connecting))
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("failed to connect after 3 attempts: connection refused");
  }

  @Test
  void connectWithRetryReturnsWhenConnectedAlready() {
    ClientFixture fixture = connected();

    fixture.client.connectWithRetry(3);

    assertThat(fixture.client.stats().dials()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = DisconnectMessage.Reason.class,
      names = {"REQUESTED", "THROTTLED", "TOO_MANY_PEERS", "AUTH_FAILURE"})
  void aServerThatDisconnectsAtOnceIsDialledWithBackOff(DisconnectMessage.Reason reason)
      throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connectInBackground();

    throwOut(fixture, reason);
    for (long seconds : List.of(5, 10, 20, 40, 60, 60)) {
      fixture.passBackOff(Duration.ofSeconds(seconds));
      throwOut(fixture, reason);
    }

    assertThat(fixture.client.stats().dials()).isEqualTo(7);
    assertThat(fixture.client.stats().lastFailure().orElseThrow()).contains(reason.name());
  }

  @Test
  void afterAuthFailureTheBackgroundWaitsBeforeTheOtherAddressToo() throws Exception {
    ClientFixture fixture =
        with(ClientFixture.authenticating(server.address(), RawServer.deadAddress()));
    fixture.client.connectInBackground();
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();
    peer.send(HandshakeResponse.newBuilder().setError("untrusted public key").build());

    fixture.scheduler.awaitNextIn(Duration.ofSeconds(5));

    assertThat(fixture.client.stats().dials()).isEqualTo(1);
  }

  @Test
  void dialsAgainAfterALossAndStartsNoSecondLoop() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    for (int i = 0; i < 3; i++) {
      RawSocketPeer peer = with(server.accept());
      Await.until("connected", fixture.client::isConnected);
      fixture.scheduler.advance(Duration.ofSeconds(6));
      peer.reset();
      fixture.passBackOff(Duration.ofSeconds(5));
    }
    with(server.accept());
    Await.until("connected", fixture.client::isConnected);

    assertThat(fixture.client.stats().dials()).isEqualTo(4);
    assertThat(fixture.scheduler.waiting()).isZero();
  }

  @Test
  void aBusyHandlerOfTheOldConnectionDoesNotTouchTheNewOne() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    ClientFixture fixture =
        with(
            ClientFixture.withHandler(
                message -> {
                  busy.countDown();
                  awaitLatch(release);
                },
                server.address()));
    fixture.client.connect();
    RawSocketPeer old = with(server.accept());
    old.send(vote(1));
    awaitLatch(busy);
    old.reset();
    fixture.passBackOff(Duration.ofSeconds(5));
    RawSocketPeer now = with(server.accept());
    Await.until("connected", fixture.client::isConnected);

    release.countDown();

    assertThat(fixture.recorded.nextOpened()).isNotNull();
    assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.NETWORK_ERROR);
    now.ping(1);
    assertThat(fixture.client.isConnected()).isTrue();
  }

  // ---- disconnecting

  @Test
  void disconnectSaysGoodbyeAndReturnsWithoutWaitingForAnybody() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    RawSocketPeer peer = with(server.accept());
    CompletableFuture<Void> leaving = CompletableFuture.runAsync(fixture.client::disconnect);

    Message goodbye = peer.readMessage();
    peer.close();

    assertThat(goodbye).isEqualTo(goodbye("client requested disconnect"));
    leaving.get(10, TimeUnit.SECONDS);
    assertThat(fixture.client.isConnected()).isFalse();
    assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.REQUESTED);
    assertThat(fixture.scheduler.waiting()).isZero();
  }

  @Test
  void disconnectMayBeCalledByAHandler() throws Exception {
    AtomicReference<NettyTransportClient> client = new AtomicReference<>();
    CompletableFuture<Void> returned = new CompletableFuture<>();
    ClientFixture fixture =
        with(
            ClientFixture.withHandler(
                message -> {
                  client.get().disconnect();
                  returned.complete(null);
                },
                server.address()));
    client.set(fixture.client);
    fixture.client.connect();
    RawSocketPeer peer = with(server.accept());

    peer.send(vote(1));
    peer.readDisconnect();
    peer.close();

    returned.get(10, TimeUnit.SECONDS);
  }

  @Test
  void disconnectEndsTheBackgroundAndAWaitingConnect() throws Exception {
    ClientFixture fixture = with(ClientFixture.authenticating(server.address()));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    peer.readFrame();

    fixture.client.disconnect();

    assertThat(failure(connecting)).isInstanceOf(NotConnectedException.class);
    peer.readToEnd();
    fixture.client.disconnect();
    assertThat(fixture.scheduler.waiting()).isZero();
  }

  @Test
  void reconnectWorksWhileConnected() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    RawSocketPeer first = with(server.accept());
    CompletableFuture<Void> again = CompletableFuture.runAsync(fixture.client::reconnect);
    first.readDisconnect();
    first.close();

    RawSocketPeer second = with(server.accept());
    again.get(10, TimeUnit.SECONDS);

    second.ping(3);
    assertThat(fixture.client.isConnected()).isTrue();
  }

  @Test
  void connectAfterDisconnectBringsAutomaticReconnectionBack() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    with(server.accept()).close();
    fixture.client.disconnect();
    fixture.client.connect();

    with(server.accept()).reset();
    fixture.passBackOff(Duration.ofSeconds(5));

    with(server.accept());
  }

  @Test
  void aClosedClientCannotBeUsed() {
    ClientFixture fixture = connected();

    fixture.client.close();
    fixture.client.close();

    assertThatThrownBy(fixture.client::connect)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("client is closed");
  }

  // ---- sending

  @Test
  void everyMessageBearsTheClientIdAndTheCallersStaysAsItIs() throws Exception {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    RawSocketPeer peer = with(server.accept());
    Message mine = vote(1).toBuilder().setSenderId("somebody").build();

    fixture.client.send(mine).toCompletableFuture().get(10, TimeUnit.SECONDS);

    assertThat(peer.readMessage().getSenderId()).isEqualTo(ClientFixture.ID);
    assertThat(mine.getSenderId()).isEqualTo("somebody");
    assertThat(fixture.client.id()).isEqualTo(ClientFixture.ID);
  }

  @Test
  void pongsEchoThePingsTimestampAndBearTheClientId() {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    RawSocketPeer peer = with(server.accept());

    peer.send(
        Message.newBuilder()
            .setSenderId("server")
            .setPing(Ping.newBuilder().setTimestamp(42))
            .build());

    Message pong = peer.readMessage();
    assertThat(pong.getSenderId()).isEqualTo(ClientFixture.ID);
    assertThat(pong.getPong().getTimestamp()).isEqualTo(42);
  }

  @Test
  void aListenerMaySendAsSoonAsItHearsOfTheConnection() {
    AtomicReference<NettyTransportClient> client = new AtomicReference<>();
    ClientFixture fixture =
        with(
            ClientFixture.withListener(
                new ConnectionListener() {
                  @Override
                  public void opened(ConnectionInfo connection) {
                    var _ = client.get().send(vote(9));
                  }

                  @Override
                  public void closed(
                      ConnectionInfo connection, CloseReason reason, String details) {}
                },
                server.address()));
    client.set(fixture.client);

    fixture.client.connectInBackground();

    assertThat(with(server.accept()).readMessage().getVote()).isEqualTo(vote(9).getVote());
  }

  @Test
  void handlersGetMessagesInTheirOrderBetweenOpenedAndClosed() {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    RawSocketPeer peer = with(server.accept());
    for (int i = 1; i <= 200; i++) {
      peer.send(vote(i));
    }
    peer.close();

    assertThat(fixture.recorded.next()).startsWith("opened ");
    for (int i = 1; i <= 200; i++) {
      assertThat(fixture.recorded.next()).startsWith("message ");
      assertThat(fixture.recorded.nextMessage().message()).isEqualTo(vote(i));
    }
    assertThat(fixture.recorded.next()).startsWith("closed ");
  }

  @Test
  void aRandomClientIdIsAUuidThatStays() {
    try (NettyTransportClient client =
        new NettyTransportClient(
            ClientSettings.of(List.of(), false),
            new RecordingHandler(),
            new RecordingHandler(),
            TransportMetrics.NOOP)) {
      assertThat(client.id()).hasSize(36).isEqualTo(client.id());
    }
  }

  // ---- against the real server

  @Test
  void talksToTheServerBothWaysWithAuthentication() throws Exception {
    ServerFixture real = with(authenticatingServer("client"));
    ClientFixture fixture = with(ClientFixture.authenticating(address(real)));

    fixture.client.connect();
    fixture.client.send(vote(1)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    real.server.broadcast(vote(2), Set.of()).toCompletableFuture().get(10, TimeUnit.SECONDS);

    assertThat(real.recorded.nextMessage().from().label()).isEqualTo("client");
    Message received = fixture.recorded.nextMessage().message();
    assertThat(received.getSenderId()).isEqualTo("publisher");
    assertThat(received.getVote()).isEqualTo(vote(2).getVote());
  }

  @Test
  void anUntrustedKeyIsRefusedWithAdvice() {
    ServerFixture real = with(authenticatingServer("somebody else"));
    ClientFixture fixture = with(ClientFixture.authenticating(address(real)));

    assertThatThrownBy(fixture.client::connect)
        .isInstanceOf(HandshakeRejectedException.class)
        .hasMessageContaining("untrusted public key")
        .hasMessageContaining(TestKeys.publicKey("client").toString());
  }

  private ServerFixture authenticatingServer(String trustedKey) {
    return new ServerFixture(trusting(trustedKey));
  }

  private static ServerFixture.Settings trusting(String... keys) {
    TrustedKeys trusted = new TrustedKeys();
    for (String key : keys) {
      trusted.put(TrustedEntry.of(key, TestKeys.publicKey(key)));
    }
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(
            new ServerHandshake(
                EcdsaAuthManager.create(TestKeys.signer("server"), trusted),
                AdmissionSettings.TRUSTED_ONLY,
                InstantSource.system()));
    return settings;
  }

  private static String address(ServerFixture real) {
    return "127.0.0.1:" + real.server.address().getPort();
  }

  // ---- helpers

  private ClientFixture connected() {
    ClientFixture fixture = with(ClientFixture.plain(server.address()));
    fixture.client.connect();
    // Takes the goodbye when the test is over.
    RawSocketPeer peer = server.accept();
    open.add(peer);
    return fixture;
  }

  private void throwOut(ClientFixture fixture, DisconnectMessage.Reason reason) {
    RawSocketPeer peer = with(server.accept());
    Await.until("connected", fixture.client::isConnected);
    peer.send(disconnect(reason, "not now"));
    peer.readDisconnect();
    peer.close();
  }

  private <T extends AutoCloseable> T with(T resource) {
    open.add(resource);
    return resource;
  }

  private static Message vote(int number) {
    return Message.newBuilder()
        .setSenderId("publisher")
        .setVote(
            Vote.newBuilder().setSenderChainId(ByteString.copyFrom(new byte[] {(byte) number})))
        .build();
  }

  private static Message goodbye(String details) {
    return disconnect(DisconnectMessage.Reason.REQUESTED, details).toBuilder()
        .setSenderId(ClientFixture.ID)
        .build();
  }

  private static Message disconnect(DisconnectMessage.Reason reason, String details) {
    return Message.newBuilder()
        .setSenderId("server")
        .setDisconnect(DisconnectMessage.newBuilder().setReason(reason).setDetails(details))
        .build();
  }

  private static byte[] bytes(MessageLite... messages) {
    ByteString all = ByteString.EMPTY;
    for (MessageLite message : messages) {
      all = all.concat(ByteString.copyFrom(RawSocketPeer.frame(message.toByteString())));
    }
    return all.toByteArray();
  }

  /** What a call failed with, behind whatever the JDK wrapped around it. */
  private static TransportException failure(CompletableFuture<?> future) {
    for (Throwable thrown = catchThrowable(() -> future.get(10, TimeUnit.SECONDS));
        thrown != null;
        thrown = thrown.getCause()) {
      if (thrown instanceof TransportException failure) {
        return failure;
      }
    }
    throw new AssertionError("did not fail with a TransportException");
  }

  private static int port(RawServer server) {
    return Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
  }

  private static void pass(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
