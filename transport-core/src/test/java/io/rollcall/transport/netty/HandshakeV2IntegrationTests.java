package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ClientProof;
import io.rollcall.proto.handshake.ServerChallenge;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.handshake.ServerProof;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ClientExchange;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.session.UnprovenServerException;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.RawServer;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Handshake v2 over sockets: who gets in, who does not, and what each side hears of it. */
class HandshakeV2IntegrationTests {

  private static final Duration AFTER_AUTH_FAILURE = Duration.ofSeconds(5);

  private final EcdsaAuthManager server = TestKeys.authManager("server");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();
  private final List<AutoCloseable> open = new ArrayList<>();

  HandshakeV2IntegrationTests() {
    server.addTrustedKey(TrustedEntry.of("alpha", TestKeys.publicKey("client")));
    server.addTrustedKey(TrustedEntry.of("bystander", TestKeys.publicKey("bystander")));
    admitting(HandshakePolicy.AUTO);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  // ---- who gets in

  @Test
  void aClientThatExpectsTheServersKeyAndTheServerKnowEachOther() {
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client =
        with(ClientFixture.authenticating(expecting(server.publicKey()), address(fixture)));

    client.client.connect();

    ConnectionInfo atServer = fixture.recorded.nextOpened();
    assertThat(atServer.handshake()).isEqualTo(HandshakeVersion.V2);
    assertThat(atServer.identity().label()).isEqualTo("alpha");
    ConnectionInfo atClient = client.recorded.nextOpened();
    assertThat(atClient.handshake()).isEqualTo(HandshakeVersion.V2);
    assertThat(atClient.identity().label()).isEqualTo("publisher");
    assertThat(client.client.stats().connection().orElseThrow().handshake())
        .isEqualTo(HandshakeVersion.V2);

    client.client.send(vote("x"));
    assertThat(fixture.recorded.nextMessage().from().label()).isEqualTo("alpha");
    fixture.server.send("alpha", vote("y"));
    assertThat(client.recorded.nextMessage().from().label()).isEqualTo("publisher");
  }

  @ParameterizedTest
  @EnumSource(
      value = HandshakePolicy.class,
      names = {"AUTO", "V2"})
  void aClientThatExpectsNoCertainKeyKnowsTheServerByTheOneItProved(HandshakePolicy policy) {
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client = with(ClientFixture.authenticating(speaking(policy), address(fixture)));

    client.client.connect();

    ConnectionInfo atClient = client.recorded.nextOpened();
    assertThat(atClient.handshake()).isEqualTo(HandshakeVersion.V2);
    assertThat(atClient.identity()).isEqualTo(new PeerIdentity.Unknown(server.publicKey().bytes()));
    assertThat(fixture.recorded.nextOpened().handshake()).isEqualTo(HandshakeVersion.V2);
  }

  @Test
  void aPeerWithTheHandshakeOfTheSdkGetsInByDefault() {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer peer = with(fixture.connect());
    HandshakeRequest hello = TestKeys.hello("client");
    assertThat(hello.getNonce().size()).isEqualTo(16);

    assertThat(peer.send(hello).readHandshakeResponse().getAccepted()).isTrue();

    ConnectionInfo opened = fixture.recorded.nextOpened();
    assertThat(opened.handshake()).isEqualTo(HandshakeVersion.V1);
    assertThat(opened.identity().label()).isEqualTo("alpha");
    peer.ping(1);
  }

  @Test
  void aServerWithTheHandshakeOfTheSdkTakesAClientByDefault() {
    RawServer sdk = with(RawServer.listen());
    ClientFixture client = with(ClientFixture.authenticating(sdk.address()));
    CompletableFuture<Void> connecting = connecting(client);
    RawSocketPeer peer = with(sdk.accept());

    peer.readFrame();
    peer.send(
        HandshakeResponse.newBuilder().setAccepted(true).setSessionId("the-client-1").build());

    join(connecting);
    ConnectionInfo opened = client.recorded.nextOpened();
    assertThat(opened.handshake()).isEqualTo(HandshakeVersion.V1);
    assertThat(opened.identity()).isEqualTo(new PeerIdentity.Unauthenticated());
  }

  @Test
  void messagesRightBehindTheProofAreHandledInOrderAfterTheConnectionWasOpened() {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer peer = with(fixture.connect());
    ClientExchange exchange = challenged(peer);

    peer.send(frames(exchange.proof(), vote("first"), vote("second")));

    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    assertThat(fixture.recorded.next()).startsWith("opened ");
    assertThat(fixture.recorded.next()).startsWith("message ");
    assertThat(fixture.recorded.next()).startsWith("message ");
    assertThat(fixture.recorded.nextMessage().message().getSenderId()).isEqualTo("first");
    assertThat(fixture.recorded.nextMessage().message().getSenderId()).isEqualTo("second");
  }

  @Test
  void messagesRightBehindTheServersYesAreHandledAfterItWasVerified() {
    RawServer raw = with(RawServer.listen());
    ClientFixture client =
        with(ClientFixture.authenticating(expecting(server.publicKey()), raw.address()));
    CompletableFuture<Void> connecting = connecting(client);
    RawSocketPeer peer = with(raw.accept());

    HandshakeResult.Challenged challenged = challenge(peer);
    HandshakeResult.Accepted accepted = accept(challenged, peer.readFrame());
    peer.send(frames(accepted.response(), vote("first"), vote("second")));

    join(connecting);
    assertThat(client.recorded.next()).startsWith("opened ");
    assertThat(client.recorded.next()).startsWith("message ");
    assertThat(client.recorded.next()).startsWith("message ");
    assertThat(client.recorded.nextMessage().message().getSenderId()).isEqualTo("first");
    assertThat(client.recorded.nextMessage().message().getSenderId()).isEqualTo("second");
  }

  @Test
  void aProofMayComeByteByByte() {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer peer = with(fixture.connect());
    ClientExchange exchange = challenged(peer);

    for (byte one : frames(exchange.proof())) {
      peer.send(one);
    }

    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    assertThat(fixture.recorded.nextOpened().handshake()).isEqualTo(HandshakeVersion.V2);
  }

  // ---- before the proof

  @Test
  void whoHasNotProvenItselfIsNoConnectionReplacesNobodyAndIsSentNothing() {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer present = with(fixture.connect());
    assertThat(prove(present, challenged(present)).getAccepted()).isTrue();
    String id = fixture.recorded.nextOpened().id();
    RawSocketPeer newcomer = with(fixture.connect());
    ClientExchange exchange = challenged(newcomer);

    assertThat(fixture.server.connections()).extracting(ConnectionInfo::id).containsExactly(id);
    var sent = fixture.server.broadcast(vote("to all"), Set.of()).toCompletableFuture().join();
    assertThat(sent.delivered()).containsExactly(id);
    assertThat(present.readMessage().getVote()).isEqualTo(vote("to all").getVote());
    present.ping(1);
    assertThat(fixture.recorded.next()).isEqualTo("opened " + id);

    // Its next frame is the answer to its proof, so nothing was sent before.
    assertThat(prove(newcomer, exchange).getAccepted()).isTrue();
    String newId = fixture.recorded.nextOpened().id();
    assertThat(fixture.recorded.nextClosed().connection().id()).isEqualTo(id);
    assertThat(fixture.server.connections()).extracting(ConnectionInfo::id).containsExactly(newId);
    newcomer.ping(2);
  }

  @Test
  void aHelloAndThenSilenceIsRefused() {
    settings.handshakeTimeout = Duration.ofSeconds(2);
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer peer = with(fixture.connect());
    challenged(peer);

    DisconnectMessage told = peer.readDisconnect();

    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    assertThat(told.getDetails())
        .isEqualTo("failed to read handshake: no complete handshake within 2000 ms");
    peer.expectEndOfStream();
    assertThat(refused(fixture).text()).contains("no complete handshake within 2000 ms");
    assertThat(fixture.server.connectionCount()).isZero();
  }

  @Test
  void whoIsChallengedWaitsLikeOthersAndCanBePushedOut() {
    settings.unauthenticated = new UnauthenticatedSettings(1, 0);
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer first = with(fixture.connect());
    challenged(first);

    RawSocketPeer second = with(fixture.connect());

    DisconnectMessage told = first.readDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
    assertThat(told.getDetails()).isEqualTo("too many connections without a handshake");
    first.expectEndOfStream();
    assertThat(prove(second, challenged(second)).getAccepted()).isTrue();
  }

  // ---- what is no proof

  /** What comes where the proof belongs, and what the peer hears. */
  record NoProof(
      String name,
      Function<ClientExchange, byte[]> bytes,
      boolean answered,
      DisconnectMessage.Reason reason,
      String text) {

    String details() {
      return answered ? "handshake verification failed: " + text : text;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<NoProof> noProofs() {
    return List.of(
        unreadable(
            "a frame of more than 4 KiB",
            exchange -> new byte[] {0, 0, 0x10, 1, 8},
            DisconnectMessage.Reason.PROTOCOL_ERROR,
            "message size exceeds max: 4097 bytes, at most 4096 before the handshake is done"),
        unreadable(
            "a message",
            exchange -> frames(vote("too early")),
            DisconnectMessage.Reason.AUTH_FAILURE,
            "failed to read handshake: the proof is no HandshakeRequest"),
        unreadable(
            "garbage",
            exchange -> new byte[] {0, 0, 0, 2, 8, -1},
            DisconnectMessage.Reason.AUTH_FAILURE,
            "failed to read handshake: the proof is no HandshakeRequest"),
        unreadable(
            "another first byte",
            exchange -> RawSocketPeer.frame(ByteString.fromHex("1001").concat(proof(exchange))),
            DisconnectMessage.Reason.AUTH_FAILURE,
            "failed to read handshake: the proof is no HandshakeRequest"),
        unreadable(
            "a frame of no bytes",
            exchange -> new byte[4],
            DisconnectMessage.Reason.PROTOCOL_ERROR,
            "empty message"),
        refused("another hello", exchange -> frames(exchange.hello()), "the proof is missing"),
        refused(
            "an extension that is none",
            exchange -> frames(with(exchange, ByteString.fromHex("0aff"))),
            "malformed handshake extension"),
        refused(
            "a signature that is too short",
            exchange -> frames(with(exchange, signature(ByteString.copyFrom(new byte[64])))),
            "invalid signature"),
        refused(
            "a signature that leads to no key",
            exchange -> frames(with(exchange, signature(ByteString.copyFrom(new byte[65])))),
            "failed to recover public key"),
        refused(
            "the proof of another challenge",
            exchange -> frames(proofOfAnotherChallenge()),
            "signature verification failed"));
  }

  @ParameterizedTest
  @MethodSource("noProofs")
  void whatIsNoProofIsRefusedAndHarmsNobodyElse(NoProof row) {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer bystander = with(fixture.connect());
    assertThat(bystander.send(TestKeys.hello("bystander")).readHandshakeResponse().getAccepted())
        .isTrue();
    RawSocketPeer peer = with(fixture.connect());
    ClientExchange exchange = challenged(peer);

    peer.send(row.bytes().apply(exchange));

    if (row.answered()) {
      HandshakeResponse response = peer.readHandshakeResponse();
      assertThat(response.getAccepted()).isFalse();
      assertThat(response.getError()).isEqualTo(row.text());
    }
    DisconnectMessage told = peer.readDisconnect();
    assertThat(told.getReason()).isEqualTo(row.reason());
    assertThat(told.getDetails()).isEqualTo(row.details());
    peer.expectEndOfStream();
    AuditEvent.HandshakeRefused audited = refused(fixture);
    assertThat(audited.reason()).isEqualTo(CloseReason.of(row.reason()));
    assertThat(audited.text()).contains(row.text());
    bystander.ping(1);
    assertThat(fixture.server.connectionCount()).isOne();
  }

  @Test
  void aProofOfMoreThanFourKibibytesIsRefusedByItsLength() {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer peer = with(fixture.connect());
    challenged(peer);

    peer.sendHex("00001001");

    assertThat(peer.readDisconnect().getDetails())
        .isEqualTo(
            "message size exceeds max: 4097 bytes, at most 4096 before the handshake is done");
    peer.expectEndOfStream();
  }

  @Test
  void garbageInTheSegmentOfTheHelloIsReadWhereTheProofBelongs() {
    ServerFixture fixture = with(new ServerFixture(settings));
    RawSocketPeer peer = with(fixture.connect());
    byte[] hello = frames(exchange("client", speaking(HandshakePolicy.V2)).hello());
    ByteString both = ByteString.copyFrom(hello).concat(ByteString.fromHex("0000000208ff"));

    peer.send(both.toByteArray());

    assertThat(peer.readHandshakeResponse().getExtension().isEmpty()).isFalse();
    assertThat(peer.readDisconnect().getDetails())
        .isEqualTo("failed to read handshake: the proof is no HandshakeRequest");
    peer.expectEndOfStream();
  }

  @Test
  void aServerThatSaysYesBeforeItSawTheProofIsNotTaken() {
    RawServer raw = with(RawServer.listen());
    ClientFixture client =
        with(ClientFixture.authenticating(expecting(server.publicKey()), raw.address()));
    CompletableFuture<Void> connecting = connecting(client);
    RawSocketPeer peer = with(raw.accept());
    ByteString hello = peer.readFrame();

    peer.send(frames(judge(hello).response(), yes(ByteString.copyFrom(new byte[65]))));

    assertThatThrownBy(() -> join(connecting))
        .isInstanceOfSatisfying(
            HandshakeRejectedException.class,
            refused -> assertThat(refused.reason()).isEqualTo(CloseReason.AUTH_FAILURE))
        .hasMessageContaining("the server did not prove that it holds the key");
    peer.readFrame();
    assertThat(peer.readDisconnect().getDetails()).isEqualTo(UnprovenServerException.DETAILS);
  }

  // ---- what people who set it up get wrong

  @Test
  void aHelloThatIsLargerThanAMessageMayBeFailsTheDialAtOnce() {
    RawServer raw = with(RawServer.listen());
    ConnectionSettings usual = ConnectionSettings.client();
    NettyTransportClient client =
        with(
            new NettyTransportClient(
                new ClientSettings(
                    List.of(raw.address()),
                    "the-client",
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(5),
                    true,
                    Optional.empty(),
                    new ConnectionSettings(
                        64,
                        usual.readTimeout(),
                        usual.writeTimeout(),
                        usual.bufferSize(),
                        usual.keepAlive(),
                        usual.keepAlivePeriod(),
                        usual.outboundBuffer(),
                        usual.inboundBuffer(),
                        usual.stopTimeout(),
                        usual.compression())),
                id ->
                    new ClientHandshake(
                        TestKeys.authManager("client"),
                        id,
                        speaking(HandshakePolicy.V2),
                        InstantSource.system(),
                        new SecureRandom()),
                new RecordingHandler(),
                new RecordingHandler(),
                TransportMetrics.NOOP,
                InstantSource.system()));

    assertThatThrownBy(() -> join(CompletableFuture.runAsync(client::connect)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("message size exceeds max");
  }

  @Test
  void anotherKeyThanTheExpectedOneIsNamedOnBothSides() throws Exception {
    ServerFixture fixture = with(new ServerFixture(settings));
    PublicKey expected = TestKeys.publicKey("another server");
    ClientFixture client = with(ClientFixture.hasty(expecting(expected), address(fixture)));
    try (LogCapture log = LogCapture.of(NettyTransportClient.class)) {
      client.client.connectInBackground();
      client.scheduler.awaitNextIn(AFTER_AUTH_FAILURE);

      String sentence =
          "the server's public key is %s, and %s was expected; if the server has a new key, change auth.server-public-key"
              .formatted(server.publicKey().hex(), expected.hex());
      assertThat(log.lines(Level.WARN)).singleElement().asString().contains(sentence);
      assertThat(client.client.stats().lastFailure().orElseThrow()).contains(sentence);
    }
    AuditEvent.HandshakeRefused audited = refused(fixture);
    assertThat(audited.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(audited.text())
        .isEqualTo(
            "refused: the peer broke off: "
                + UnprovenServerException.DETAILS
                + " (challenged as alpha)");

    client.passBackOff(AFTER_AUTH_FAILURE);
    client.scheduler.awaitNextIn(AFTER_AUTH_FAILURE);
    assertThat(client.client.stats().dials()).isEqualTo(2);
    assertThat(fixture.server.connectionCount()).isZero();
  }

  @Test
  void aServerWithAnotherKeyIsToldSoByAuthFailure() {
    RawServer raw = with(RawServer.listen());
    ClientFixture client =
        with(
            ClientFixture.authenticating(
                expecting(TestKeys.publicKey("another server")), raw.address()));
    CompletableFuture<Void> connecting = connecting(client);
    RawSocketPeer peer = with(raw.accept());

    challenge(peer);

    DisconnectMessage told = peer.readDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    assertThat(told.getDetails()).isEqualTo(UnprovenServerException.DETAILS);
    peer.expectEndOfStream();
    assertThatThrownBy(() -> join(connecting)).isInstanceOf(HandshakeRejectedException.class);
  }

  @Test
  void aClientThatRequiresV2SaysWhatToDoAboutAServerOfTheSdk() throws Exception {
    RawServer sdk = with(RawServer.listen());
    ClientFixture client = with(ClientFixture.hasty(speaking(HandshakePolicy.V2), sdk.address()));
    client.client.connectInBackground();

    refuseAsTheSdkDoes(with(sdk.accept()));

    client.scheduler.awaitNextIn(AFTER_AUTH_FAILURE);
    assertThat(client.client.stats().lastFailure().orElseThrow())
        .contains(
            "that server speaks no handshake v2, which is required here: change auth.handshake there or here");

    client.passBackOff(AFTER_AUTH_FAILURE);
    RawSocketPeer peer = with(sdk.accept());
    peer.readFrame();
    peer.send(HandshakeResponse.newBuilder().setAccepted(true).build());

    client.scheduler.awaitNextIn(AFTER_AUTH_FAILURE);
    assertThat(client.client.stats().lastFailure().orElseThrow())
        .contains("the server let this client in without proving its own key")
        .contains("here handshake v2 is required");
    assertThat(peer.readDisconnect().getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    assertThat(client.client.isConnected()).isFalse();
  }

  @Test
  void aServerThatRequiresV2AndAClientOfV1BothSaySo() throws Exception {
    admitting(HandshakePolicy.V2);
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client = with(ClientFixture.hasty(ClientHandshakeSettings.V1, address(fixture)));

    client.client.connectInBackground();

    client.scheduler.awaitNextIn(AFTER_AUTH_FAILURE);
    assertThat(client.client.stats().lastFailure().orElseThrow())
        .contains("handshake v2 is required here; set auth.handshake to auto or v2 here");
    AuditEvent.HandshakeRefused audited = refused(fixture);
    assertThat(audited.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(audited.text())
        .contains("handshake v2 is required here")
        .contains("a v1 hello came, and auth.handshake is v2");

    client.passBackOff(AFTER_AUTH_FAILURE);
    client.scheduler.awaitNextIn(AFTER_AUTH_FAILURE);
  }

  @Test
  void theClientsLogSaysWhatAServerProved() {
    ServerFixture fixture = with(new ServerFixture(settings));
    try (LogCapture log = LogCapture.of(NettyTransportClient.class)) {
      connected(speaking(HandshakePolicy.V2), fixture);
      assertThat(log.lines(Level.INFO).getFirst())
          .endsWith(
              "as the-client, by handshake v2: the server's key is %s; to expect no other, set auth.server-public-key to it"
                  .formatted(server.publicKey().hex()));
    }
    try (LogCapture log = LogCapture.of(NettyTransportClient.class)) {
      connected(expecting(server.publicKey()), fixture);
      assertThat(log.lines(Level.INFO).getFirst())
          .endsWith(
              "by handshake v2: the server proved the expected key " + server.publicKey().hex());
    }
    try (LogCapture log = LogCapture.of(NettyTransportClient.class)) {
      connected(ClientHandshakeSettings.V1, fixture);
      assertThat(log.lines(Level.INFO).getFirst())
          .endsWith("by handshake v1: the server proved nothing");
    }
  }

  // ---- helpers

  private void admitting(HandshakePolicy policy) {
    settings.admission =
        new AdmissionSettings(
            true,
            true,
            false,
            AdmissionSettings.DEFAULT_CLOCK_SKEW,
            AdmissionSettings.DEFAULT_MAX_OFFENCES,
            policy,
            "");
    settings.handshake = Optional.of(handshake());
  }

  private ServerHandshake handshake() {
    return new ServerHandshake(server, settings.admission, InstantSource.system());
  }

  private static ClientHandshakeSettings speaking(HandshakePolicy policy) {
    return new ClientHandshakeSettings(policy, "", Set.of());
  }

  private static ClientHandshakeSettings expecting(PublicKey key) {
    return new ClientHandshakeSettings(HandshakePolicy.V2, "", Set.of(key));
  }

  private static String address(ServerFixture fixture) {
    return "127.0.0.1:" + fixture.server.address().getPort();
  }

  private void connected(ClientHandshakeSettings handshake, ServerFixture to) {
    try (ClientFixture client = ClientFixture.authenticating(handshake, address(to))) {
      client.client.connect();
    }
    // Its successor is the same identity, and is to replace nobody.
    to.recorded.nextClosed();
  }

  private static ClientExchange exchange(String key, ClientHandshakeSettings handshake) {
    return new ClientHandshake(
            TestKeys.authManager(key),
            "client-1",
            handshake,
            InstantSource.system(),
            new SecureRandom())
        .begin(ByteString.EMPTY, Compression.NONE);
  }

  /** Says hello and hears the challenge. */
  private static ClientExchange challenged(RawSocketPeer peer) {
    ClientExchange exchange = exchange("client", speaking(HandshakePolicy.V2));
    peer.send(exchange.hello());
    assertThat(exchange.judge(peer.readFrame())).isInstanceOf(ClientExchange.Step.Prove.class);
    return exchange;
  }

  private static HandshakeResponse prove(RawSocketPeer peer, ClientExchange exchange) {
    return peer.send(exchange.proof()).readHandshakeResponse();
  }

  /** The server's half of it, on a socket of the test's own. */
  private HandshakeResult.Challenged challenge(RawSocketPeer peer) {
    HandshakeResult.Challenged challenged = judge(peer.readFrame());
    peer.send(challenged.response());
    return challenged;
  }

  private HandshakeResult.Challenged judge(ByteString hello) {
    return (HandshakeResult.Challenged)
        handshake().judge(TestKeys.received(request(hello))).toCompletableFuture().join();
  }

  private static HandshakeResult.Accepted accept(
      HandshakeResult.Challenged challenged, ByteString proof) {
    return (HandshakeResult.Accepted)
        challenged.proof().judge(request(proof), proof).toCompletableFuture().join();
  }

  private static HandshakeRequest request(ByteString frame) {
    try {
      return HandshakeRequest.parseFrom(frame);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static HandshakeResponse yes(ByteString signature) {
    return HandshakeResponse.newBuilder()
        .setAccepted(true)
        .setExtension(
            ServerExtension.newBuilder()
                .setProof(ServerProof.newBuilder().setSignature(signature))
                .build()
                .toByteString())
        .build();
  }

  private static void refuseAsTheSdkDoes(RawSocketPeer peer) {
    int length = request(peer.readFrame()).getSignature().size();
    String error = "invalid signature length: " + length;
    peer.send(HandshakeResponse.newBuilder().setError(error).build());
    peer.send(
        Message.newBuilder()
            .setSenderId("server")
            .setDisconnect(
                DisconnectMessage.newBuilder()
                    .setReason(DisconnectMessage.Reason.AUTH_FAILURE)
                    .setDetails("handshake verification failed: " + error))
            .build());
    peer.close();
  }

  private static NoProof unreadable(
      String name,
      Function<ClientExchange, byte[]> bytes,
      DisconnectMessage.Reason reason,
      String text) {
    return new NoProof(name, bytes, false, reason, text);
  }

  private static NoProof refused(
      String name, Function<ClientExchange, byte[]> bytes, String error) {
    return new NoProof(name, bytes, true, DisconnectMessage.Reason.AUTH_FAILURE, error);
  }

  private static ByteString proof(ClientExchange exchange) {
    return exchange.proof().toByteString();
  }

  /** The proof with another extension. */
  private static HandshakeRequest with(ClientExchange exchange, ByteString extension) {
    return exchange.proof().toBuilder().setExtension(extension).build();
  }

  private static ByteString signature(ByteString bytes) {
    return ClientExtension.newBuilder()
        .setProof(ClientProof.newBuilder().setSignature(bytes))
        .build()
        .toByteString();
  }

  /** A genuine proof by the same key, for another challenge. */
  private static HandshakeRequest proofOfAnotherChallenge() {
    ClientExchange other = exchange("client", speaking(HandshakePolicy.V2));
    other.hello();
    other.judge(
        HandshakeResponse.newBuilder()
            .setExtension(
                ServerExtension.newBuilder()
                    .setChallenge(
                        ServerChallenge.newBuilder()
                            .setPublicKey(TestKeys.publicKey("server").bytes())
                            .setNonce(ByteString.copyFrom(new byte[32])))
                    .build()
                    .toByteString())
            .build()
            .toByteString());
    return other.proof();
  }

  private static AuditEvent.HandshakeRefused refused(ServerFixture fixture) {
    Await.until("the refusal to be audited", () -> !fixture.audited.isEmpty());
    return (AuditEvent.HandshakeRefused) fixture.audited.element();
  }

  private static CompletableFuture<Void> connecting(ClientFixture client) {
    return CompletableFuture.runAsync(client.client::connect);
  }

  /** Throws what connecting failed with. */
  private static void join(CompletableFuture<Void> connecting) {
    try {
      connecting.orTimeout(10, TimeUnit.SECONDS).join();
    } catch (java.util.concurrent.CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  private static byte[] frames(MessageLite... messages) {
    ByteString all = ByteString.EMPTY;
    for (MessageLite message : messages) {
      all = all.concat(ByteString.copyFrom(RawSocketPeer.frame(message.toByteString())));
    }
    return all.toByteArray();
  }

  private static Message vote(String sender) {
    return NettyTransportServerIntegrationTests.vote(sender);
  }

  private <T extends AutoCloseable> T with(T resource) {
    open.add(resource);
    return resource;
  }
}
