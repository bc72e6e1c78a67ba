package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets in and what the others are told, byte by byte over a socket. */
class HandshakeIntegrationTests {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final AdmissionSettings OPTIONAL = AdmissionSettings.with(true, false, false);

  private final AuthManager server = TestKeys.authManager("server");
  private final AuthManager client = TestKeys.authManager("client");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  record Refusal(
      String name, UnaryOperator<HandshakeRequest.Builder> change, String error, String details) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Refusal> refusals() {
    return List.of(
        verification(
            "too far ahead",
            hello -> signed(hello, NOW.plusSeconds(42), 16),
            "handshake timestamp too far in future: 42 s ahead of this server, at most 30 s"),
        verification(
            "too old",
            hello -> signed(hello, NOW.minusMillis(30_001), 16),
            "handshake timestamp too old: 30.001 s behind this server, at most 30 s"),
        verification(
            "short signature",
            hello -> hello.setSignature(hello.getSignature().substring(1)),
            "invalid signature length: 64"),
        verification("short nonce", hello -> signed(hello, NOW, 15), "nonce too short: 15"),
        verification("long nonce", hello -> signed(hello, NOW, 65), "nonce too long: 65"),
        verification(
            "no key leads to this signature",
            hello -> hello.setSignature(ByteString.copyFrom(new byte[65])),
            "failed to recover public key"),
        verification(
            "short key",
            hello -> hello.setPublicKey(hello.getPublicKey().substring(1)),
            "invalid public key length: 32"),
        verification(
            "no key of any form",
            hello -> hello.setPublicKey(ByteString.copyFrom(new byte[] {5}).concat(zeros(32))),
            "failed to parse public key"),
        verification(
            "another nonce than the signed one",
            hello -> hello.setNonce(zeros(16)),
            "signature verification failed"),
        new Refusal(
            "a stranger",
            hello -> hello.setPublicKey(TestKeys.publicKey("stranger").bytes()),
            "untrusted public key - connection rejected",
            "untrusted public key: "
                + hex(TestKeys.publicKey("stranger").bytes().substring(0, 8))));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusesRowByRow(Refusal refusal) {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.send(refusal.change().apply(hello().toBuilder()).build());
      HandshakeResponse response = peer.readHandshakeResponse();
      assertThat(response.getAccepted()).isFalse();
      assertThat(response.getError()).isEqualTo(refusal.error());
      DisconnectMessage disconnect = peer.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      assertThat(disconnect.getDetails()).isEqualTo(refusal.details());
      peer.expectEndOfStream();
      assertThat(fixture.server.connectionCount()).isZero();
    }
  }

  @Test
  void refusesTheSameBytesASecondTimeFromAnotherAddressToo() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect();
        RawSocketPeer eavesdropper =
            RawSocketPeer.connectFrom("127.0.0.9", fixture.server.address())) {
      HandshakeRequest hello = hello();
      assertThat(peer.send(hello).readHandshakeResponse().getAccepted()).isTrue();
      assertThat(eavesdropper.send(hello).readHandshakeResponse().getError())
          .isEqualTo("handshake was used before");
      DisconnectMessage disconnect = eavesdropper.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      assertThat(disconnect.getDetails())
          .isEqualTo("handshake verification failed: handshake was used before");
      eavesdropper.expectEndOfStream();
      peer.ping(1);
    }
  }

  @Test
  void ofEqualHellosAtTheSameTimeExactlyOneIsAccepted() throws Exception {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    int peers = 16;
    List<RawSocketPeer> connected = new ArrayList<>();
    try (ServerFixture fixture = new ServerFixture(settings)) {
      HandshakeRequest hello = hello();
      for (int i = 0; i < peers; i++) {
        connected.add(fixture.connect());
      }
      connected.forEach(peer -> peer.send(hello));
      assertThat(
              connected.stream().filter(peer -> peer.readHandshakeResponse().getAccepted()).count())
          .isOne();
    } finally {
      connected.forEach(RawSocketPeer::close);
    }
  }

  @Test
  void tellsAKeyThatSaidHelloTooOftenWithinTheWindow() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    ServerHandshake handshake = settings.handshake.orElseThrow();
    for (int i = 0; i < 1024; i++) {
      assertThat(handshake.judge(TestKeys.received(hello())).toCompletableFuture().join())
          .isInstanceOf(HandshakeResult.Accepted.class);
    }
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(peer.send(hello()).readHandshakeResponse().getError())
          .isEqualTo("too many handshakes with this key");
      DisconnectMessage disconnect = peer.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      assertThat(disconnect.getDetails()).isEqualTo("too many handshakes with this key");
      peer.expectEndOfStream();
    }
  }

  @Test
  void admitsAHolderOfATrustedKeyAndReadsWhatItSentRightBehindItsHello() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      byte[] hello = RawSocketPeer.frame(hello().toByteString());
      byte[] vote =
          RawSocketPeer.frame(NettyTransportServerIntegrationTests.vote("x").toByteString());
      byte[] both = java.util.Arrays.copyOf(hello, hello.length + vote.length);
      System.arraycopy(vote, 0, both, hello.length, vote.length);
      peer.send(both);
      HandshakeResponse response = peer.readHandshakeResponse();
      assertThat(response.getAccepted()).isTrue();
      assertThat(response.getSessionId()).startsWith("seq-A-");
      assertThat(fixture.recorded.nextMessage().from().label()).isEqualTo("seq-A");
      peer.ping(1);
    }
  }

  @Test
  void takesAHelloOfExactlyFourKibibytesWithFieldsItDoesNotKnow() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    HandshakeRequest extended =
        hello().toBuilder()
            .setExtension(ByteString.copyFromUtf8("of a later version"))
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    int room = ServerHandshakeHandler.MOST_BYTES - extended.getSerializedSize() - 1;
    HandshakeRequest largest =
        extended.toBuilder().setClientId(extended.getClientId() + "x".repeat(room)).build();
    assertThat(largest.getSerializedSize()).isEqualTo(ServerHandshakeHandler.MOST_BYTES);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(peer.send(largest).readHandshakeResponse().getAccepted()).isTrue();
      assertThat(fixture.recorded.nextOpened().identity().label()).isEqualTo("seq-A");
    }
  }

  @Test
  void aHelloAfterTheTimeForItIsNoMessage() {
    authenticated(OPTIONAL);
    settings.handshakeTimeout = Duration.ofMillis(200);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.recorded.nextOpened();
      DisconnectMessage disconnect = peer.send(hello()).readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
      peer.expectEndOfStream();
    }
  }

  @Test
  void tellsAHolderOfATrustedKeyThatThereIsNoRoom() {
    AuthManager other = TestKeys.authManager("other");
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    server.addTrustedKey(TrustedEntry.of("seq-B", other.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    settings.maxConnections = 1;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect();
        RawSocketPeer second = fixture.connect()) {
      assertThat(first.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      HandshakeResponse response =
          second.send(TestKeys.hello(other, InstantSource.fixed(NOW))).readHandshakeResponse();
      assertThat(response.getAccepted()).isFalse();
      assertThat(response.getError()).isEqualTo("connection limit reached");
      DisconnectMessage disconnect = second.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.TOO_MANY_PEERS);
      assertThat(disconnect.getDetails()).isEqualTo("connection limit reached");
      second.expectEndOfStream();
      first.ping(2);
    }
  }

  @Test
  void aStrangerGivesWayToAHolderOfATrustedKey() {
    AuthManager other = TestKeys.authManager("other");
    server.addTrustedKey(TrustedEntry.of("seq-B", other.publicKey()));
    authenticated(AdmissionSettings.with(true, true, true));
    settings.maxConnections = 1;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer stranger = fixture.connect();
        RawSocketPeer trusted = fixture.connect()) {
      assertThat(stranger.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      HandshakeRequest hello = TestKeys.hello(other, InstantSource.fixed(NOW));
      assertThat(trusted.send(hello).readHandshakeResponse().getAccepted()).isTrue();
      DisconnectMessage disconnect = stranger.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.TOO_MANY_PEERS);
      assertThat(disconnect.getDetails()).isEqualTo("connection limit reached");
      stranger.expectEndOfStream();
      trusted.ping(2);
      assertThat(fixture.server.connectionCount()).isOne();
    }
  }

  /** With nonsensical settings too, nobody may be left waiting for ever. */
  @Test
  void aPeerThatCannotBeAnsweredIsClosed() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    settings.maxMessageSize = 16;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.send(hello()).expectEndOfStream();
      assertThat(fixture.server.connectionCount()).isZero();
    }
  }

  @Test
  void refusesAPeerThatStaysSilent() {
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    settings.handshakeTimeout = Duration.ofMillis(200);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      refusedAsUnreadable(peer, "no complete handshake within 200 ms");
    }
  }

  @Test
  void refusesAMessageAtItsFirstByte() {
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.sendHex("000000100a");
      refusedAsUnreadable(
          peer, "the first frame is no handshake, and authentication is required here");
    }
  }

  @Test
  void refusesAHelloThatIsNone() {
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.sendHex("0000000208ff");
      refusedAsUnreadable(peer, "the first frame is no HandshakeRequest");
    }
  }

  @Test
  void refusesAHelloOfMoreThanFourKibibytesByItsLength() {
    authenticated(AdmissionSettings.TRUSTED_ONLY);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.sendHex("00001001");
      DisconnectMessage disconnect = peer.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
      assertThat(disconnect.getDetails())
          .isEqualTo(
              "message size exceeds max: 4097 bytes, at most 4096 before the handshake is done");
      peer.expectEndOfStream();
    }
  }

  @Test
  void answersAHelloWhereAuthenticationIsOff() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      HandshakeResponse response = peer.send(hello()).readHandshakeResponse();
      assertThat(response.getAccepted()).isFalse();
      assertThat(response.getError()).isEqualTo("authentication is off here");
      DisconnectMessage disconnect = peer.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
      assertThat(disconnect.getDetails()).isEqualTo("authentication is off here");
      peer.expectEndOfStream();
    }
  }

  @Test
  void admitsASilentPeerWhereAuthenticationIsOff() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(fixture.recorded.nextOpened().identity())
          .isEqualTo(new PeerIdentity.Unauthenticated());
      assertThat(peer.localPort()).isPositive();
    }
  }

  @Test
  void admitsASilentPeerAfterAWhileWhereAuthenticationIsOptional() {
    authenticated(OPTIONAL);
    settings.handshakeTimeout = Duration.ofMillis(200);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(fixture.recorded.nextOpened().identity())
          .isEqualTo(new PeerIdentity.Unauthenticated());
      peer.ping(1);
    }
  }

  @Test
  void admitsAPeerWithoutHelloAtItsFirstByteWhereAuthenticationIsOptional() {
    authenticated(OPTIONAL);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.send(NettyTransportServerIntegrationTests.vote("x"));
      assertThat(fixture.recorded.nextMessage().from())
          .isEqualTo(new PeerIdentity.Unauthenticated());
    }
  }

  @Test
  void judgesAHelloWhereAuthenticationIsOptional() {
    authenticated(OPTIONAL);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(peer.send(hello()).readHandshakeResponse().getError())
          .isEqualTo("untrusted public key - connection rejected");
    }
  }

  @Test
  void namesAnUnknownKeyWhereUntrustedPeersAreAllowed() {
    authenticated(AdmissionSettings.with(true, true, true));
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      assertThat(peer.send(hello()).readHandshakeResponse().getAccepted()).isTrue();
      assertThat(fixture.recorded.nextOpened().identity())
          .isEqualTo(new PeerIdentity.Unknown(client.publicKey().bytes()));
    }
  }

  private void authenticated(AdmissionSettings admission) {
    settings.admission = admission;
    settings.handshake =
        Optional.of(new ServerHandshake(server, admission, InstantSource.fixed(NOW)));
  }

  private HandshakeRequest hello() {
    return TestKeys.hello(client, InstantSource.fixed(NOW));
  }

  /** The hello of the same client, with another time or nonce. */
  private static HandshakeRequest.Builder signed(
      HandshakeRequest.Builder hello, Instant at, int nonceBytes) {
    long timestamp = Duration.between(Instant.EPOCH, at).toNanos();
    ByteString nonce = zeros(nonceBytes);
    byte[] signedBytes =
        ByteBuffer.allocate(Long.BYTES + nonceBytes)
            .putLong(timestamp)
            .put(nonce.toByteArray())
            .array();
    return hello
        .setTimestamp(timestamp)
        .setNonce(nonce)
        .setSignature(TestKeys.authManager("client").sign(signedBytes).bytes());
  }

  private static void refusedAsUnreadable(RawSocketPeer peer, String problem) {
    DisconnectMessage disconnect = peer.readDisconnect();
    assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    assertThat(disconnect.getDetails()).isEqualTo("failed to read handshake: " + problem);
    peer.expectEndOfStream();
  }

  private static Refusal verification(
      String name, UnaryOperator<HandshakeRequest.Builder> change, String text) {
    return new Refusal(name, change, text, "handshake verification failed: " + text);
  }

  private static ByteString zeros(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  private static String hex(ByteString bytes) {
    return java.util.HexFormat.of().formatHex(bytes.toByteArray());
  }
}
