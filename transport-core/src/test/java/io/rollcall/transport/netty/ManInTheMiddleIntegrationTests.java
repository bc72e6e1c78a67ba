package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.netty.ManInTheMiddle.Way;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.session.UnprovenServerException;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who stands between a client and its server gets nowhere, without TLS too. */
class ManInTheMiddleIntegrationTests {

  /** A frame of the handshake: where it goes, and which one it is there. */
  private record Step(Way way, int number) {

    static final Step HELLO = new Step(Way.TO_SERVER, 1);
    static final Step CHALLENGE = new Step(Way.TO_CLIENT, 1);
    static final Step PROOF = new Step(Way.TO_SERVER, 2);
    static final Step YES = new Step(Way.TO_CLIENT, 2);
    static final List<Step> ALL = List.of(HELLO, CHALLENGE, PROOF, YES);
  }

  private final EcdsaAuthManager server = TestKeys.authManager("server");
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void whoChangesNothingIsNotNoticed() {
    ServerFixture fixture = serving(server);

    ClientFixture client = through(fixture, expecting(server.publicKey()), (step, frame) -> frame);
    client.client.connect();

    assertThat(client.recorded.nextOpened().handshake()).isEqualTo(HandshakeVersion.V2);
  }

  @Test
  void aRelayToAnotherServerIsFoundByItsKey() {
    ServerFixture other = serving(TestKeys.authManager("another server"));

    ClientFixture client = through(other, expecting(server.publicKey()), (step, frame) -> frame);

    fails(client, "the server's public key is " + TestKeys.publicKey("another server").hex());
    brokenOff(other);
  }

  @Test
  void whoPosesAsTheServerIsGivenAProofThatTheRealOneDoesNotTake() {
    ServerFixture fixture = serving(server);
    PublicKey thief = TestKeys.publicKey("thief");

    ClientFixture client =
        through(
            fixture,
            speaking(HandshakePolicy.AUTO),
            changing(
                Step.CHALLENGE,
                frame -> {
                  ServerExtension.Builder extension = extension(response(frame)).toBuilder();
                  extension.getChallengeBuilder().setPublicKey(thief.bytes());
                  return response(frame).toBuilder()
                      .setExtension(extension.build().toByteString())
                      .build()
                      .toByteString();
                }));

    fails(client, "signature verification failed");
    refused(fixture, "signature verification failed");
  }

  @Test
  void aHelloAndAProofThatWereRecordedAreOfNoUse() {
    ServerFixture fixture = serving(server);
    Frames recorded = recorded(fixture);
    RawSocketPeer thief = with(fixture.connect());

    thief.sendFrame(recorded.hello());
    assertThat(extension(thief.readHandshakeResponse()).hasChallenge()).isTrue();
    thief.sendFrame(recorded.proof());

    assertThat(thief.readHandshakeResponse().getError()).isEqualTo("signature verification failed");
    assertThat(thief.readDisconnect().getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    thief.expectEndOfStream();
  }

  @Test
  void aServersAnswersThatWereRecordedAreOfNoUse() {
    Frames recorded = recorded(serving(server));
    RawServer thief = with(RawServer.listen());
    ClientFixture client =
        with(ClientFixture.authenticating(expecting(server.publicKey()), thief.address()));
    CompletableFuture<Void> serving =
        CompletableFuture.runAsync(() -> {
          RawSocketPeer peer = with(thief.accept());
          peer.readFrame();
          peer.sendFrame(recorded.challenge());
          peer.readFrame();
          peer.sendFrame(recorded.yes());
          DisconnectMessage told = peer.readDisconnect();
          assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
          assertThat(told.getDetails()).isEqualTo(UnprovenServerException.DETAILS);
        });

    fails(client, "the server did not prove that it holds the key " + server.publicKey().hex());
    serving.join();
  }

  @Test
  void aClientsOwnFramesSentBackToItAreNoAnswers() {
    ClientFixture client = reflecting(Step.HELLO);

    assertThat(refusal(client))
        .hasMessageContaining("is neither a HandshakeResponse nor a Message");
  }

  @Test
  void aClientsOwnProofSentBackToItIsNoServers() {
    ClientFixture client = reflecting(Step.PROOF);

    fails(client, "the server did not prove that it holds the key");
  }

  @Test
  void anOfferThatIsTakenOutOfAHelloIsMissed() {
    ServerFixture fixture = serving(server);

    ClientFixture client =
        through(
            fixture,
            speaking(HandshakePolicy.AUTO),
            changing(
                Step.HELLO,
                frame -> request(frame).toBuilder().clearExtension().build().toByteString()));

    fails(
        client,
        "handshake v2 was offered, and the offer was lost on the way; something between this client and the server changes bytes");
    refused(fixture, "a hello that was made for v2 came as v1: somebody on the way changes bytes");
  }

  @ParameterizedTest
  @CsvSource({"AUTO", "V2"})
  void anAnswerWithoutItsChallengeIsNoYes(HandshakePolicy policy) {
    ServerFixture fixture = serving(server);

    ClientFixture client =
        through(
            fixture,
            speaking(policy),
            changing(Step.CHALLENGE, ManInTheMiddleIntegrationTests::withoutExtension));

    fails(client, "handshake rejected: no reason given");
  }

  @ParameterizedTest
  @CsvSource({"AUTO", "V2"})
  void aYesWithoutTheServersProofIsNoYes(HandshakePolicy policy) {
    ServerFixture fixture = serving(server);

    ClientFixture client =
        through(
            fixture,
            speaking(policy),
            changing(Step.YES, ManInTheMiddleIntegrationTests::withoutExtension));

    fails(client, "the server let this client in without proving its own key");
    // The proof was genuine, so the server had let it in, and hears why it left.
    assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    Await.until("it is audited", () -> !fixture.audited.isEmpty());
    assertThat(fixture.audited.element())
        .isInstanceOfSatisfying(
            AuditEvent.HandshakeRefused.class,
            broken -> {
              assertThat(broken.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
              assertThat(broken.text())
                  .isEqualTo(
                      "the peer broke off after it was admitted: "
                          + UnprovenServerException.DETAILS
                          + " (challenged as alpha)");
            });
  }

  /** One bit of each byte in turn. */
  @ParameterizedTest
  @CsvSource({"V2, 0", "V2, 1", "V2, 2", "V2, 3", "AUTO, 0", "AUTO, 1", "AUTO, 2", "AUTO, 3"})
  void noByteOfTheFourFramesCanBeChanged(HandshakePolicy policy, int frameNumber) {
    ServerFixture fixture = serving(server);
    AtomicInteger position = new AtomicInteger();
    AtomicInteger length = new AtomicInteger();
    ClientFixture client =
        through(
            fixture,
            policy == HandshakePolicy.V2 ? expecting(server.publicKey()) : speaking(policy),
            changing(
                Step.ALL.get(frameNumber),
                frame -> {
                  length.set(frame.size());
                  return flipped(frame, position.get());
                }));

    // When there is no byte left, a frame passes as it is.
    while (!connects(client)) {
      position.incrementAndGet();
      Await.until("the server to be rid of it", () -> fixture.server.connectionCount() == 0);
    }

    assertThat(position.get()).isEqualTo(length.get()).isGreaterThan(70);
    assertThat(client.recorded.nextOpened().handshake()).isEqualTo(HandshakeVersion.V2);
  }

  // ---- helpers

  /** What stands between does with a frame of the handshake. */
  private interface Change {
    ByteString instead(Step step, ByteString frame);
  }

  private static Change changing(Step which, UnaryOperator<ByteString> change) {
    return (step, frame) -> step.equals(which) ? change.apply(frame) : frame;
  }

  /** A client whose connections go through somebody who does this. */
  private ClientFixture through(
      ServerFixture fixture, ClientHandshakeSettings settings, Change change) {
    ManInTheMiddle middle =
        with(
            ManInTheMiddle.before(
                fixture.server.address(),
                (way, number, frame, exit) ->
                    exit.send(way, change.instead(new Step(way, number), frame))));
    return with(ClientFixture.authenticating(settings, middle.address()));
  }

  /** A client that gets this frame of its own back, and the server does not get it. */
  private ClientFixture reflecting(Step own) {
    ManInTheMiddle middle =
        with(
            ManInTheMiddle.before(
                serving(server).server.address(),
                (way, number, frame, exit) ->
                    exit.send(new Step(way, number).equals(own) ? Way.TO_CLIENT : way, frame)));
    return with(ClientFixture.authenticating(expecting(server.publicKey()), middle.address()));
  }

  /** The frames of a handshake, as they went by. */
  private record Frames(ByteString hello, ByteString challenge, ByteString proof, ByteString yes) {}

  /** Those of one in which nobody meddled. */
  private Frames recorded(ServerFixture fixture) {
    Map<Step, ByteString> frames = new ConcurrentHashMap<>();
    ClientFixture client =
        through(
            fixture,
            expecting(server.publicKey()),
            (step, frame) -> {
              frames.put(step, frame);
              return frame;
            });
    client.client.connect();
    return new Frames(
        Objects.requireNonNull(frames.get(Step.HELLO)),
        Objects.requireNonNull(frames.get(Step.CHALLENGE)),
        Objects.requireNonNull(frames.get(Step.PROOF)),
        Objects.requireNonNull(frames.get(Step.YES)));
  }

  private ServerFixture serving(EcdsaAuthManager who) {
    who.addTrustedKey(TrustedEntry.of("alpha", TestKeys.publicKey("client")));
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(
            new ServerHandshake(who, AdmissionSettings.TRUSTED_ONLY, InstantSource.system()));
    return with(new ServerFixture(settings));
  }

  private static ClientHandshakeSettings speaking(HandshakePolicy policy) {
    return new ClientHandshakeSettings(policy, "", Set.of());
  }

  private static ClientHandshakeSettings expecting(PublicKey key) {
    return new ClientHandshakeSettings(HandshakePolicy.V2, "", Set.of(key));
  }

  private static void fails(ClientFixture client, String text) {
    HandshakeRejectedException refusal = refusal(client);
    assertThat(refusal).hasMessageContaining(text);
    assertThat(refusal.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
  }

  private static HandshakeRejectedException refusal(ClientFixture client) {
    HandshakeRejectedException refusal =
        catchThrowableOfType(HandshakeRejectedException.class, client.client::connect);
    assertThat(refusal).isNotNull();
    assertThat(client.client.isConnected()).isFalse();
    return refusal;
  }

  /** Whether nothing was noticed; else it is a refusal, and nothing that stays open. */
  private static boolean connects(ClientFixture client) {
    try {
      client.client.connect();
      return true;
    } catch (HandshakeRejectedException refused) {
      assertThat(refused.reason()).isIn(CloseReason.AUTH_FAILURE, CloseReason.PROTOCOL_ERROR);
      assertThat(client.client.isConnected()).isFalse();
      return false;
    }
  }

  private static void brokenOff(ServerFixture fixture) {
    refused(fixture, "the peer broke off: " + UnprovenServerException.DETAILS);
  }

  private static void refused(ServerFixture fixture, String text) {
    Await.until("the refusal to be audited", () -> !fixture.audited.isEmpty());
    assertThat(fixture.audited)
        .singleElement()
        .isInstanceOfSatisfying(
            AuditEvent.HandshakeRefused.class,
            event -> {
              assertThat(event.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
              assertThat(event.text()).contains(text);
            });
    assertThat(fixture.server.connectionCount()).isZero();
  }

  private static ByteString flipped(ByteString frame, int position) {
    if (position >= frame.size()) {
      return frame;
    }
    byte[] bytes = frame.toByteArray();
    bytes[position] ^= 1;
    return ByteString.copyFrom(bytes);
  }

  /** With a session id, since a frame of no bytes would be noticed as such. */
  private static ByteString withoutExtension(ByteString frame) {
    return response(frame).toBuilder().clearExtension().setSessionId("x").build().toByteString();
  }

  private static HandshakeRequest request(ByteString frame) {
    try {
      return HandshakeRequest.parseFrom(frame);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static HandshakeResponse response(ByteString frame) {
    try {
      return HandshakeResponse.parseFrom(frame);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static ServerExtension extension(HandshakeResponse response) {
    try {
      return ServerExtension.parseFrom(response.getExtension());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private <T extends AutoCloseable> T with(T resource) {
    open.add(resource);
    return resource;
  }
}
