package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.RecordingHandler;
import io.rollcall.transport.testing.TestCertificates;
import io.rollcall.transport.testing.TestKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends on TLS, over real sockets; and either of them with somebody who is not. */
class TlsIntegrationTests {

  private static final TestCertificates AUTHORITY = TestCertificates.authority();
  private static final TestCertificates.Identity SERVER = AUTHORITY.issue("server");
  private static final TestCertificates.Identity CLIENT = AUTHORITY.issue("client");

  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  TlsIntegrationTests() {
    settings.tls = TestCertificates.settings(AUTHORITY.of(SERVER));
  }

  // ---- what works

  @Test
  void exchangesMessagesBothWaysAfterTheHandshakeOfTheSdk() throws Exception {
    authenticated();
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
      client.client.connect();

      var opened = fixture.recorded.nextOpened();
      assertThat(opened.tls()).isTrue();
      assertThat(opened.identity().label()).isEqualTo("seq-A");
      client.client.send(block(100_000)).toCompletableFuture().join();
      assertThat(fixture.recorded.nextMessage().message().getBlock().getBlockData().size())
          .isEqualTo(100_000);
      fixture.server.broadcast(block(200_000), Set.of()).toCompletableFuture().join();
      assertThat(client.recorded.nextMessage().message().getBlock().getBlockData().size())
          .isEqualTo(200_000);
      client.client.disconnect();
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.REQUESTED);
      assertThat(closed.details()).isEqualTo(LinkContext.CLIENT_GOODBYE);
    }
  }

  @Test
  void admitsAnybodyAfterTlsWhereAuthenticationIsOff() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer silent = fixture.connect();
        ClientFixture client = secured(AUTHORITY.trusting(), false, fixture)) {
      client.client.connect();

      assertThat(fixture.recorded.nextOpened().identity())
          .isEqualTo(new PeerIdentity.Unauthenticated());
      assertThat(fixture.server.connections())
          .as("one that says nothing is none")
          .extracting(info -> ((InetSocketAddress) info.remoteAddress()).getPort())
          .hasSize(1)
          .doesNotContain(silent.localPort());
    }
  }

  @Test
  void takesAClientWhoseCertificateItTrustsAndNoOtherWhereItNeedsOne() {
    settings.tls = TestCertificates.mutual(AUTHORITY.of(SERVER));
    // A client shows only what the server says that it trusts; so this one lies about its issuer.
    SSLContext stranger = AUTHORITY.of(AUTHORITY.impostor().issue("stranger"));
    authenticated();
    try (ServerFixture fixture = new ServerFixture(settings)) {
      try (ClientFixture client = secured(AUTHORITY.of(CLIENT), true, fixture)) {
        client.client.connect();
        assertThat(fixture.recorded.nextOpened().identity().label()).isEqualTo("seq-A");
      }
      try (ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
        assertRefused(client, "the server wants a certificate of this client");
        assertAudited(
            fixture,
            CloseReason.AUTH_FAILURE,
            "the peer gave no certificate, and transport.ssl.client-auth is need");
      }
      try (ClientFixture client = secured(stranger, true, fixture)) {
        assertRefused(client, "the server refused the certificate of this side");
        assertAudited(
            fixture,
            CloseReason.AUTH_FAILURE,
            "the certificate of the peer was issued by nobody that the bundle of transport.ssl.bundle trusts");
      }
      assertThat(fixture.server.connectionCount()).isZero();
    }
  }

  @Test
  void aClientThatSendsNoHelloLearnsOfItsCertificateAndWaitsLonger() throws Exception {
    settings.tls = TestCertificates.mutual(AUTHORITY.of(SERVER));
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(AUTHORITY.trusting(), false, fixture)) {
      client.client.connectInBackground();

      var closed = client.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
      assertThat(closed.details()).contains("the server wants a certificate of this client");
      client.scheduler.awaitNextIn(ClientFixture.RECONNECT_DELAY);
    }
  }

  @Test
  void bothEndsExportTheSameSecretAndEachConnectionItsOwn() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture first = secured(AUTHORITY.trusting(), false, fixture);
        ClientFixture second = secured(AUTHORITY.trusting(), false, fixture);
        RawSocketPeer unrelated = fixture.connect()) {
      first.client.connect();
      String firstId = fixture.recorded.nextOpened().id();
      second.client.connect();
      String secondId = fixture.recorded.nextOpened().id();

      ByteString one = binding(Holdings.link(fixture, firstId));
      ByteString other = binding(Holdings.link(fixture, secondId));
      assertThat(one.size()).isEqualTo(32);
      assertThat(binding(link(first))).isEqualTo(one);
      assertThat(binding(link(second))).isEqualTo(other);
      assertThat(one).isNotEqualTo(other);
      assertThat(unrelated.localPort()).isPositive();
    }
  }

  @Test
  void withoutTlsNothingIsExported() throws Exception {
    settings.tls = Optional.empty();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(binding(Holdings.link(fixture, fixture.admitted(peer)))).isEmpty();
    }
  }

  private static Link link(ClientFixture client) {
    return ((NettyConnection) client.client.connection().orElseThrow()).link();
  }

  private static ByteString binding(Link link) throws Exception {
    return link.loop().submit(() -> Tls.binding(link.channel())).get(10, TimeUnit.SECONDS);
  }

  // ---- certificates

  @Test
  void aServerCertificateThatExpiredIsNamedOnBothSides() {
    Instant end = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    settings.tls =
        TestCertificates.settings(
            AUTHORITY.of(AUTHORITY.issue("old", end.minus(1, ChronoUnit.HOURS), end)));
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
      assertRefused(client, "the certificate of the server expired at " + end);
      assertAudited(
          fixture, CloseReason.AUTH_FAILURE, "the peer refused the certificate of this side");
    }
  }

  @Test
  void aServerCertificateThatExpiredIsRefusedThoughItIsTrustedByItself() {
    Instant end = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    TestCertificates.Identity old = AUTHORITY.issue("old", end.minus(1, ChronoUnit.HOURS), end);
    settings.tls = TestCertificates.settings(AUTHORITY.of(old));
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(TestCertificates.trustingAlone(old), true, fixture)) {
      assertRefused(client, "the certificate of the server expired at " + end);
    }
  }

  @Test
  void aServerCertificateThatIsNotValidYetIsNamed() {
    Instant start = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    settings.tls =
        TestCertificates.settings(
            AUTHORITY.of(AUTHORITY.issue("early", start, start.plus(1, ChronoUnit.HOURS))));
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
      assertRefused(client, "the certificate of the server is not valid before " + start);
    }
  }

  @Test
  void aServerOfAnUnknownAuthorityIsRefused() {
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(TestCertificates.authority().trusting(), true, fixture)) {
      assertRefused(
          client,
          "the certificate of the server was issued by nobody that the bundle of transport.ssl.bundle trusts");
    }
  }

  @Test
  void aServerWithACertificateForAnotherHostIsRefused() {
    settings.tls = TestCertificates.settings(AUTHORITY.of(AUTHORITY.issueFor("elsewhere.example")));
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture byName = secured(AUTHORITY.trusting(), true, fixture);
        ClientFixture byAddress =
            ClientFixture.secured(
                TestCertificates.settings(AUTHORITY.trusting()),
                true,
                "127.0.0.1:" + fixture.server.address().getPort())) {
      assertRefused(byName, "is for another host than the one in transport.server-addr");
      assertRefused(byAddress, "is for another host than the one in transport.server-addr");
    }
  }

  @Test
  void anAddressIsLookedForInTheCertificateToo() {
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client =
            ClientFixture.secured(
                TestCertificates.settings(AUTHORITY.trusting()),
                false,
                "127.0.0.1:" + fixture.server.address().getPort())) {
      client.client.connect();
      assertThat(fixture.recorded.nextOpened().tls()).isTrue();
    }
  }

  private static void assertRefused(ClientFixture client, String text) {
    assertThatThrownBy(client.client::connect)
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(text)
        .extracting(failure -> ((TransportException) failure).reason())
        .isEqualTo(CloseReason.AUTH_FAILURE);
  }

  /** The next refusal that was audited. */
  private static void assertAudited(ServerFixture fixture, CloseReason reason, String text) {
    Await.until("a refusal was audited", () -> !fixture.audited.isEmpty());
    AuditEvent.HandshakeRefused refused = (AuditEvent.HandshakeRefused) fixture.audited.remove();
    assertThat(refused.text()).contains(text);
    assertThat(refused.reason()).isEqualTo(reason);
  }

  // ---- those who are not on TLS

  @Test
  void aPlainPeerOnATlsPortGetsAnAlertAndIsNamed() {
    authenticated();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.send(TestKeys.hello("client"));

      assertThat(peer.readToEnd()).isEqualTo(new byte[] {21, 3, 3, 0, 2, 2, 10});
      assertAudited(
          fixture,
          CloseReason.PROTOCOL_ERROR,
          "a peer came that does not speak TLS, and TLS is on here (transport.ssl.bundle)");
    }
  }

  @Test
  void aPlainClientIsToldThatItsServerSpeaksTls() {
    authenticated();
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = ClientFixture.authenticating(address(fixture))) {
      assertThatThrownBy(client.client::connect)
          .hasMessageContaining(
              "the server speaks TLS, and TLS is off here (transport.ssl.bundle is not set)");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTlsClientOnAPlainPortIsNamedAndToldThatItsServerIsPlain(boolean authentication) {
    settings.tls = Optional.empty();
    if (authentication) {
      authenticated();
    }
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
      assertThatThrownBy(client.client::connect)
          .hasMessageContaining(
              "the server does not speak TLS, and TLS is on here (transport.ssl.bundle)");
      assertAudited(
          fixture,
          CloseReason.PROTOCOL_ERROR,
          "a peer came that speaks TLS, and TLS is off here (transport.ssl.bundle is not set)");
    }
  }

  @Test
  void aTlsClientIsToldWhenItsServerJustEndsTheConnection() {
    try (RawServer server = RawServer.listen();
        ClientFixture client =
            ClientFixture.secured(
                TestCertificates.settings(AUTHORITY.trusting()), true, server.address())) {
      Thread.ofVirtual().start(() -> server.accept().close());
      assertThatThrownBy(client.client::connect)
          .hasMessageContaining("it may not speak TLS, which is on here");
    }
  }

  @Test
  void anOlderTlsIsRefusedByName() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        SSLSocket old = socket(fixture, 0)) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
      assertAudited(fixture, CloseReason.PROTOCOL_ERROR, "the peer does not speak TLS 1.3");
    }
  }

  // ---- bounds

  @ParameterizedTest
  @ValueSource(strings = {"", "16", "1603010040010000"})
  void theTimeLimitOfTheHandshakeHoldsForTlsToo(String begun) {
    settings.handshakeTimeout = Duration.ofMillis(300);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.sendHex(begun);
      assertThat(peer.readToEnd()).isEmpty();
      assertAudited(fixture, CloseReason.AUTH_FAILURE, "TLS was not established within 300 ms");
    }
  }

  @Test
  void whoseAddressIsThrottledIsClosedWithoutAWordAfterAWhile() throws Exception {
    settings.throttleAfter(1);
    try (ServerFixture fixture = new ServerFixture(settings);
        SSLSocket first = socket(fixture, 0)) {
      // Two that just connect are taken up in any order.
      fixture.admitted(RawSocketPeer.of(first));
      long start = System.nanoTime();
      try (RawSocketPeer second = fixture.connect()) {
        second.sendHex("16030100");
        assertThat(second.readToEnd()).isEmpty();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(ServerAdmission.HOLD);
      Await.until("the event", () -> !fixture.audited.isEmpty());
      assertThat(fixture.audited).singleElement().isInstanceOf(AuditEvent.AddressThrottled.class);
    }
  }

  @Test
  void theOldestInItsTlsHandshakeGivesWayToANewcomer() throws Exception {
    settings.unauthenticated = new UnauthenticatedSettings(1, 0);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      first.send(clientHello());
      byte[] answered = first.readBytes(5);
      try (SSLSocket second = socket(fixture, 0)) {
        assertThat(answered).startsWith(22, 3, 3);
        first.readToEnd();
        assertAudited(fixture, CloseReason.THROTTLED, "pushed out before its handshake came");
        second.startHandshake();
        RawSocketPeer.of(second).ping(1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          160301ffff | a TLS record of 65535 bytes came, at most 16640 are allowed
          1703030000160301fff0 | a TLS record of 65520 bytes came
          160201 | a peer came that does not speak TLS
          00000000 | a peer came that does not speak TLS
          """)
  void bytesThatAreNoTlsAreRefusedAsSoonAsTheyShow(String hex, String text) {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.sendHex(hex);
      assertAudited(fixture, CloseReason.PROTOCOL_ERROR, text);
    }
  }

  @Test
  void noMoreThanAHandshakeMayHaveIsTakenBeforeTls() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      byte[] record = new byte[5 + 16_000];
      record[0] = 22;
      record[1] = 3;
      record[2] = 1;
      record[3] = (byte) (16_000 >> 8);
      record[4] = (byte) 16_000;
      // A handshake message of 16 MB begins, and goes on record by record.
      record[5] = 1;
      record[6] = (byte) 0xff;
      Thread.ofVirtual()
          .start(() -> {
            try {
              for (int i = 0; i < 10; i++) {
                peer.send(record);
              }
            } catch (UncheckedIOException cut) {
              // As it should be.
            }
          });
      Await.until("it is refused", () -> !fixture.audited.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPeerThatDoesNotReadIsClosedAndHoldsNoMoreThanItsQueue(boolean byTime) throws Exception {
    settings.maxMessageSize = 64 * 1024;
    settings.outboundBuffer = byTime ? 32L << 20 : 512 * 1024;
    settings.writeTimeout = Duration.ofSeconds(byTime ? 1 : 30);
    try (ServerFixture fixture = new ServerFixture(settings);
        SSLSocket other = socket(fixture, 0);
        SSLSocket stalled = socket(fixture, 4096)) {
      String otherId = fixture.admitted(RawSocketPeer.of(other));
      String id = fixture.admitted(RawSocketPeer.of(stalled));
      Link link = Holdings.link(fixture, id);
      List<CompletableFuture<?>> sent = new ArrayList<>();
      AtomicLong ciphertext = new AtomicLong();
      Await.until(
          "the socket is full, and its queue grows",
          () -> {
            sent.add(fixture.server.send(id, block(32 * 1024)).toCompletableFuture());
            ciphertext.set(
                Holdings.onLoop(
                    link, () -> link.channel().unsafe().outboundBuffer().totalPendingWriteBytes()));
            return ciphertext.get() > 0 && link.queuedBytes() > 256 * 1024;
          });
      assertThat(ciphertext).as("ciphertext").hasValueLessThan(128 * 1024);
      while (!byTime && !link.ended()) {
        sent.add(fixture.server.send(id, block(32 * 1024)).toCompletableFuture());
      }
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
      assertThat(closed.details()).contains(byTime ? "write-timeout" : "outbound-buffer");
      CompletableFuture<?> last = sent.getLast();
      assertThatThrownBy(() -> last.get(10, TimeUnit.SECONDS)).isNotNull();
      Link others = Holdings.link(fixture, otherId);
      Await.until("it holds nothing", () -> others.context().frames().budget().held() == 0);
      RawSocketPeer.of(other).ping(2);
    }
  }

  @Test
  void aPeerIsNotReadWhileItsHandlerIsBusy() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    settings.maxMessageSize = 64 * 1024;
    settings.handler =
        Optional.of(message -> {
          try {
            assertThat(release.await(60, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    AtomicLong sent = new AtomicLong();
    try (ServerFixture fixture = new ServerFixture(settings);
        SSLSocket socket = socket(fixture, 0)) {
      RawSocketPeer peer = RawSocketPeer.of(socket);
      String id = fixture.admitted(peer);
      Link link = Holdings.link(fixture, id);
      byte[] frame = RawSocketPeer.frame(block(32 * 1024).toByteString());
      CompletableFuture<Void> flood = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (sent.get() < 64 << 20) {
                peer.send(frame);
                sent.addAndGet(frame.length);
              }
            } catch (UncheckedIOException closed) {
              // The test is over.
            }
            flood.complete(null);
          });
      Await.until("it is not read", () -> !Holdings.onLoop(link, link::reading));
      long taken = link.bytesRead();
      // Its handler's queue, one read, and the record that was under way.
      assertThat(taken).isLessThan(6L * settings.maxMessageSize);
      assertThat(flood).isNotDone();
      release.countDown();
      Await.until("it is read again", () -> link.bytesRead() > taken + (1 << 20));
      peer.close();
      flood.get(20, TimeUnit.SECONDS);
    }
  }

  // ---- ends

  @Test
  void aPeerThatEndsItsHalfOfTlsIsToldGoodbyeAndSoIsTls() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        SSLSocket socket = socket(fixture, 0)) {
      RawSocketPeer peer = RawSocketPeer.of(socket);
      fixture.admitted(peer);
      socket.shutdownOutput();
      assertThat(peer.readDisconnect().getDetails()).isEqualTo(LinkContext.SERVER_GOODBYE);
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.END_OF_STREAM);
    }
  }

  @Test
  void aStopSaysGoodbyeOnTls() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer begun = fixture.connect();
        SSLSocket socket = socket(fixture, 0)) {
      begun.sendHex("1603");
      RawSocketPeer peer = RawSocketPeer.of(socket);
      fixture.admitted(peer);
      fixture.server.stop();
      assertThat(peer.readDisconnect().getDetails()).isEqualTo(LinkContext.SERVER_GOODBYE);
      assertThat(begun.readToEnd()).as("to one that is not on TLS yet").isEmpty();
    }
  }

  // ---- certificates that change

  @Test
  void aChangedCertificateIsUsedByTheNextConnectionAndNoneFails() throws Exception {
    TestCertificates.Identity next = AUTHORITY.issue("next");
    AtomicReference<SSLContext> current = new AtomicReference<>(AUTHORITY.of(SERVER));
    settings.tls = Optional.of(new TlsSettings(current::get, TlsSettings.ClientAuth.NONE));
    Queue<BigInteger> seen = new ConcurrentLinkedQueue<>();
    AtomicBoolean over = new AtomicBoolean();
    try (ServerFixture fixture = new ServerFixture(settings)) {
      List<CompletableFuture<Void>> load = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        SSLContext trusting = AUTHORITY.trusting();
        load.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!over.get()) {
                    seen.add(serial(fixture, trusting));
                  }
                },
                task -> Thread.ofVirtual().start(task)));
      }
      Await.until("connections come", () -> seen.contains(SERVER.serial()) && seen.size() > 40);
      current.set(AUTHORITY.of(next));
      assertThat(serial(fixture, AUTHORITY.trusting())).isEqualTo(next.serial());
      int before = seen.size();
      Await.until("more come", () -> seen.size() > before + 40);
      over.set(true);
      for (CompletableFuture<Void> each : load) {
        each.get(20, TimeUnit.SECONDS);
      }
      assertThat(seen).containsOnly(SERVER.serial(), next.serial());
    }
  }

  /** Connects, is admitted, and tells by which certificate. */
  private static BigInteger serial(ServerFixture fixture, SSLContext trusting) {
    try (SSLSocket socket = socket(fixture, trusting, 0)) {
      RawSocketPeer.of(socket).ping(1);
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  // ---- those who mean harm

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBitThatIsTurnedOnTheWayEndsTheConnectionAndNothingOfItIsHandled(boolean toServer)
      throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        OnThePath path = new OnThePath(fixture.server.address());
        ClientFixture client =
            ClientFixture.secured(
                TestCertificates.settings(AUTHORITY.trusting()),
                false,
                "localhost:" + path.port())) {
      client.client.connect();
      fixture.recorded.nextOpened();
      client.client.send(block(1)).toCompletableFuture().join();
      fixture.recorded.nextMessage();

      RecordingHandler there = toServer ? fixture.recorded : client.recorded;
      path.turnABit(toServer);
      if (toServer) {
        var _ = client.client.send(block(1000));
      } else {
        var _ = fixture.server.broadcast(block(1000), Set.of());
      }

      RecordingHandler.Closed closed = there.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
      assertThat(closed.details()).startsWith("TLS broke: ");
      assertThat(there.hasMessage()).isFalse();
    }
  }

  @Test
  void trustedClientsConnectWhileTwoHundredDoHarm() {
    authenticated();
    settings.handshakeTimeout = Duration.ofSeconds(2);
    try (ServerFixture fixture = new ServerFixture(settings);
        Attackers attackers = new Attackers(fixture.server.address(), 200, 50)) {
      Await.until("they are there", () -> attackers.connects() >= 200);
      for (int i = 0; i < 10; i++) {
        try (ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
          client.client.connect();
          assertThat(fixture.recorded.nextOpened().tls()).isTrue();
        }
      }
    }
  }

  /** Passes bytes on between one client and a server, and changes one when it is told to. */
  private static final class OnThePath implements AutoCloseable {

    private final ServerSocket front = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicBoolean turnsToServer = new AtomicBoolean();
    private final AtomicBoolean turnsToClient = new AtomicBoolean();

    OnThePath(InetSocketAddress server) throws IOException {
      this.server = server;
      Thread.ofVirtual().name("on-the-path").start(this::relay);
    }

    int port() {
      return front.getLocalPort();
    }

    /** Of the last byte of what comes next that way. */
    void turnABit(boolean toServer) {
      (toServer ? turnsToServer : turnsToClient).set(true);
    }

    private void relay() {
      try {
        Socket client = front.accept();
        open.add(client);
        Socket behind = new Socket(server.getAddress(), server.getPort());
        open.add(behind);
        Thread.ofVirtual().start(() -> pump(client, behind, turnsToServer));
        pump(behind, client, turnsToClient);
      } catch (IOException over) {
        close();
      }
    }

    private void pump(Socket from, Socket to, AtomicBoolean turns) {
      byte[] bytes = new byte[1 << 16];
      try {
        for (int n = from.getInputStream().read(bytes);
            n >= 0;
            n = from.getInputStream().read(bytes)) {
          if (turns.getAndSet(false)) {
            bytes[n - 1] ^= 1;
          }
          to.getOutputStream().write(bytes, 0, n);
        }
        to.shutdownOutput();
      } catch (IOException over) {
        close();
      }
    }

    @Override
    public void close() {
      try {
        front.close();
        for (Socket each : open) {
          each.close();
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  // ---- helpers

  private static byte[] clientHello() throws SSLException {
    SSLEngine engine = AUTHORITY.trusting().createSSLEngine("localhost", 1);
    engine.setUseClientMode(true);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    return Arrays.copyOf(record.array(), record.position());
  }

  private static SSLSocket socket(ServerFixture fixture, int receiveBuffer) throws IOException {
    return socket(fixture, AUTHORITY.trusting(), receiveBuffer);
  }

  private static SSLSocket socket(ServerFixture fixture, SSLContext context, int receiveBuffer)
      throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(fixture.server.address());
    return socket;
  }

  private static ClientFixture secured(
      SSLContext context, boolean authenticate, ServerFixture fixture) {
    return ClientFixture.secured(
        TestCertificates.settings(context), authenticate, address(fixture));
  }

  private static String address(ServerFixture fixture) {
    return "localhost:" + fixture.server.address().getPort();
  }

  private void authenticated() {
    AuthManager server = TestKeys.authManager("server");
    server.addTrustedKey(TrustedEntry.of("seq-A", TestKeys.publicKey("client")));
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
  }

  private static Message block(int size) {
    return Message.newBuilder()
        .setSenderId("x")
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[size])))
        .build();
  }
}
