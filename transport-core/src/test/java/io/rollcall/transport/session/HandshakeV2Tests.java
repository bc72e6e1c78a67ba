package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ClientProof;
import io.rollcall.proto.handshake.ServerChallenge;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.handshake.ServerProof;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.testing.TestKeys;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of handshake v2, and whoever stands between them, without a socket. */
class HandshakeV2Tests {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final ByteString NO_TLS = ByteString.EMPTY;
  private static final ByteString TLS = ByteString.copyFromUtf8("a session of TLS");

  // Before a frame that has the field already they change its bytes, and nothing of what it says.
  private static final ByteString TIMESTAMP_OF_1 = ByteString.fromHex("0801");
  private static final ByteString NOT_ACCEPTED = ByteString.fromHex("0800");

  private final EcdsaAuthManager server = TestKeys.authManager("server");
  private final EcdsaAuthManager client = TestKeys.authManager("client");

  HandshakeV2Tests() {
    server.addTrustedKey(TrustedEntry.of("alpha", client.publicKey()));
  }

  @Test
  void bothSidesProveTheirKeys() {
    ClientExchange exchange = expecting(server.publicKey());

    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    assertThat(exchange.judge(bytes(challenged.response())))
        .isInstanceOf(ClientExchange.Step.Prove.class);
    HandshakeResult.Accepted accepted = accepted(challenged, exchange.proof());

    assertThat(accepted.identity().label()).isEqualTo("alpha");
    assertThat(accepted.version()).isEqualTo(HandshakeVersion.V2);
    assertThat(accepted.response().getSessionId()).isEqualTo("alpha-1700000000000000000");
    assertThat(exchange.judge(bytes(accepted.response())))
        .isInstanceOf(ClientExchange.Step.Verify.class);
    assertThat(exchange.verifyServer())
        .isEqualTo(
            new PeerIdentity.Trusted("publisher", server.publicKey().bytes(), Set.of(), 1, true));
  }

  @Test
  void aServerWhoseKeyWasNotGivenIsKnownByTheOneItProves() {
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);

    assertThat(finish(exchange)).isEqualTo(new PeerIdentity.Unknown(server.publicKey().bytes()));
  }

  @Test
  void eitherOfTwoGivenKeysWillDo() {
    ClientExchange exchange = expecting(TestKeys.publicKey("the next key"), server.publicKey());

    assertThat(finish(exchange).label()).isEqualTo("publisher");
  }

  @ParameterizedTest
  @CsvSource({
    "V1, V1, V1",
    "V1, AUTO, V1",
    "AUTO, V1, V1",
    "AUTO, AUTO, V2",
    "AUTO, V2, V2",
    "V2, AUTO, V2",
    "V2, V2, V2"
  })
  void theTwoPoliciesAgreeOn(
      HandshakePolicy ofClient, HandshakePolicy ofServer, HandshakeVersion expected) {
    ClientExchange exchange = speaking(ofClient);

    HandshakeResult result = judge(serverSpeaking(ofServer), exchange.hello(), NO_TLS);

    if (result instanceof HandshakeResult.Accepted accepted) {
      assertThat(expected).isEqualTo(HandshakeVersion.V1);
      assertThat(accepted.version()).isEqualTo(HandshakeVersion.V1);
      assertThat(exchange.judge(bytes(accepted.response())))
          .isInstanceOf(ClientExchange.Step.Done.class);
    } else {
      assertThat(expected).isEqualTo(HandshakeVersion.V2);
      assertThat(result).isInstanceOf(HandshakeResult.Challenged.class);
    }
  }

  @Test
  void aV1PeerIsToldThatV2IsRequired() {
    ClientExchange exchange = speaking(HandshakePolicy.V1);

    HandshakeResult.Rejected rejected =
        rejected(judge(serverSpeaking(HandshakePolicy.V2), exchange.hello(), NO_TLS));

    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.details())
        .isEqualTo("handshake verification failed: handshake v2 is required here");
    assertThatThrownBy(() -> exchange.judge(bytes(rejected.response().orElseThrow())))
        .isInstanceOf(HandshakeRejectedException.class)
        .hasMessage(
            "handshake rejected: handshake v2 is required here; set auth.handshake to auto or v2"
                + " here");
  }

  @Test
  void aClientThatRequiresV2SaysSoAboutAServerThatSpeaksV1() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);

    HandshakeResult.Rejected rejected =
        rejected(judge(serverSpeaking(HandshakePolicy.V1), exchange.hello(), NO_TLS));

    assertThatThrownBy(() -> exchange.judge(bytes(rejected.response().orElseThrow())))
        .hasMessageContaining("that server speaks no handshake v2, which is required here");
  }

  @Test
  void aV2HelloHasNoSignatureThatV1CouldVerify() {
    HandshakeRequest hello = speaking(HandshakePolicy.V2).hello();

    assertThat(hello.getSignature().isEmpty()).isTrue();
    assertThat(hello.getTimestamp()).isNotZero();
    assertThat(bytes(hello).byteAt(0)).isEqualTo((byte) 0x08);
  }

  @ParameterizedTest
  @EnumSource(
      value = HandshakePolicy.class,
      names = {"AUTO", "V1"})
  void aKeyThatIsMarkedIsRefusedOverV1(HandshakePolicy ofServer) {
    server.removeTrustedKey("alpha");
    server.addTrustedKey(new TrustedEntry("alpha", Set.of(client.publicKey()), Set.of(), 1, true));

    HandshakeResult.Rejected rejected =
        rejected(judge(serverSpeaking(ofServer), speaking(HandshakePolicy.V1).hello(), NO_TLS));

    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.details()).endsWith("handshake v2 is required for this key");
    assertThat(rejected.log()).contains("alpha");
  }

  @Test
  void neitherClockMatters() {
    ClientExchange exchange =
        exchange(
            client,
            settings(HandshakePolicy.V2, server.publicKey()),
            NOW.minusSeconds(1_000_000_000),
            NO_TLS);

    assertThat(finish(exchange).label()).isEqualTo("publisher");
  }

  @Test
  void everyChallengeHasItsOwnNonce() {
    HandshakeRequest hello = speaking(HandshakePolicy.V2).hello();

    assertThat(challengeOf(challenged(hello)).getNonce())
        .isNotEqualTo(challengeOf(challenged(hello)).getNonce());
    assertThat(challengeOf(challenged(hello)).getNonce().size()).isEqualTo(32);
  }

  // ---- somebody in the middle

  @Test
  void aRelayOfAnotherServersChallengeIsNotAnswered() {
    AuthManager other = TestKeys.authManager("another server");
    other.addTrustedKey(TrustedEntry.of("alpha", client.publicKey()));
    ClientExchange exchange = expecting(server.publicKey());

    HandshakeResult.Challenged relayed =
        (HandshakeResult.Challenged)
            judge(serverSpeaking(other, HandshakePolicy.AUTO), exchange.hello(), NO_TLS);

    assertThatThrownBy(() -> exchange.judge(bytes(relayed.response())))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessage(
            "the server's public key is %s, and %s was expected; if the server has a new key, change auth.server-public-key"
                .formatted(other.publicKey().hex(), server.publicKey().hex()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 16, 31, 32})
  void aKeyThatDiffersFromTheExpectedOneInASingleByteIsAnotherKey(int index) {
    byte[] key = server.publicKey().bytes().toByteArray();
    key[index] ^= 1;
    ClientExchange exchange = expecting(server.publicKey());
    exchange.hello();

    assertThatThrownBy(() -> exchange.judge(challengeWith(key, new byte[32])))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessageContaining("%s was expected", server.publicKey().hex());
  }

  @Test
  void aProofForOneServerIsNoneForAnother() {
    // Who poses as a server to a client that expects no certain one, and forwards to the real one.
    AuthManager thief = TestKeys.authManager("thief");
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);
    HandshakeResult.Challenged real = challenged(exchange.hello());
    HandshakeResponse forged =
        HandshakeResponse.newBuilder()
            .setExtension(
                ServerExtension.newBuilder()
                    .setChallenge(
                        challengeOf(real).toBuilder().setPublicKey(thief.publicKey().bytes()))
                    .build()
                    .toByteString())
            .build();

    exchange.judge(bytes(forged));

    assertThat(rejected(judge(real, exchange.proof())).details())
        .isEqualTo("handshake verification failed: signature verification failed");
  }

  @Test
  void aRelayBetweenTwoTlsSessionsIsFound() {
    ClientExchange exchange =
        exchange(client, settings(HandshakePolicy.V2, server.publicKey()), NOW, TLS);
    HandshakeResult.Challenged challenged =
        (HandshakeResult.Challenged)
            judge(
                serverSpeaking(HandshakePolicy.AUTO),
                exchange.hello(),
                ByteString.copyFromUtf8("another session of TLS"));

    exchange.judge(bytes(challenged.response()));

    HandshakeResult.Rejected rejected = rejected(judge(challenged, exchange.proof()));
    assertThat(rejected.details()).endsWith("signature verification failed");
    assertThat(rejected.log()).contains("TLS session");
  }

  @Test
  void whoTakesTlsAwayOnTheWayIsFound() {
    ClientExchange exchange =
        exchange(client, settings(HandshakePolicy.V2, server.publicKey()), NOW, TLS);

    HandshakeResult.Rejected rejected =
        rejected(judge(serverSpeaking(HandshakePolicy.AUTO), exchange.hello(), NO_TLS));

    assertThat(rejected.details()).endsWith("TLS at one end only: something on the way ends it");
  }

  @Test
  void whoPutsTlsBeforeAPlainClientIsFound() {
    ClientExchange plain = expecting(server.publicKey());

    HandshakeResult.Rejected rejected =
        rejected(judge(serverSpeaking(HandshakePolicy.AUTO), plain.hello(), TLS));

    assertThat(rejected.details()).endsWith("TLS at one end only: something on the way ends it");
  }

  @Test
  void aProofThatWasRecordedIsOfNoUse() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeRequest hello = exchange.hello();
    HandshakeResult.Challenged first = challenged(hello);
    exchange.judge(bytes(first.response()));
    HandshakeRequest proof = exchange.proof();
    accepted(first, proof);

    HandshakeResult.Challenged again = challenged(hello);

    assertThat(rejected(judge(again, proof)).details()).endsWith("signature verification failed");
  }

  @Test
  void aServersAnswersThatWereRecordedAreOfNoUse() {
    ClientExchange recorded = expecting(server.publicKey());
    HandshakeResult.Challenged challenged = challenged(recorded.hello());
    recorded.judge(bytes(challenged.response()));
    HandshakeResponse yes = accepted(challenged, recorded.proof()).response();

    ClientExchange another = expecting(server.publicKey());
    another.hello();
    another.judge(bytes(challenged.response()));
    another.proof();
    another.judge(bytes(yes));

    assertThatThrownBy(another::verifyServer)
        .isInstanceOf(UnprovenServerException.class)
        .hasMessageStartingWith("the server did not prove that it holds the key");
  }

  @Test
  void aClientsOwnProofSentBackToItIsNoServers() {
    // Its own key is expected of the server: nothing but the role tells the two proofs apart.
    ClientExchange exchange = expecting(client.publicKey());
    exchange.hello();
    exchange.judge(
        bytes(
            HandshakeResponse.newBuilder()
                .setExtension(
                    ServerExtension.newBuilder()
                        .setChallenge(
                            challengeOf(challenged(speaking(HandshakePolicy.V2).hello()))
                                .toBuilder()
                                .setPublicKey(client.publicKey().bytes()))
                        .build()
                        .toByteString())
                .build()));
    ByteString own = extension(exchange.proof()).getProof().getSignature();

    exchange.judge(bytes(yesWith(own)));

    assertThatThrownBy(exchange::verifyServer).isInstanceOf(UnprovenServerException.class);
  }

  @Test
  void anOfferThatIsTakenOutOfAHelloIsMissed() {
    HandshakeRequest hello = speaking(HandshakePolicy.AUTO).hello();

    HandshakeResult.Rejected rejected =
        rejected(
            judge(
                serverSpeaking(HandshakePolicy.AUTO),
                hello.toBuilder().clearExtension().build(),
                NO_TLS));

    assertThat(rejected.details())
        .endsWith("handshake v2 was offered, and the offer was lost on the way");
  }

  @Test
  void aServerThatLetsAClientInByV1WhereItRequiresV2IsNotTaken() {
    ClientExchange exchange = expecting(server.publicKey());
    exchange.hello();

    assertThatThrownBy(
            () -> exchange.judge(bytes(HandshakeResponse.newBuilder().setAccepted(true).build())))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessageContaining("without proving its own key");
  }

  @Test
  void aYesWithoutAProofIsNoYes() {
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));
    exchange.proof();

    assertThatThrownBy(
            () -> exchange.judge(bytes(HandshakeResponse.newBuilder().setAccepted(true).build())))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessage("the server let this client in without proving its own key");
  }

  @ParameterizedTest
  @CsvSource({"client id", "network id", "timestamp", "nonce"})
  void nothingOfAHelloCanBeChangedOnTheWay(String what) {
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);
    HandshakeRequest said = exchange.hello();
    HandshakeRequest.Builder changed = said.toBuilder();
    switch (what) {
      case "client id" -> changed.setClientId("somebody else");
      case "timestamp" -> changed.setTimestamp(said.getTimestamp() + 1);
      case "nonce" -> changed.setNonce(V2Nonce.next(new SecureRandom()));
      default ->
          changed.setExtension(
              ClientExtension.newBuilder()
                  .setHello(extension(said).getHello().toBuilder().setNetworkId("x"))
                  .build()
                  .toByteString());
    }
    AdmissionSettings admission =
        admission(HandshakePolicy.AUTO, what.equals("network id") ? "x" : "");

    HandshakeResult.Challenged challenged =
        (HandshakeResult.Challenged) judge(serverOf(server, admission), changed.build(), NO_TLS);
    exchange.judge(bytes(challenged.response()));

    assertThat(rejected(judge(challenged, exchange.proof())).details())
        .endsWith("signature verification failed");
  }

  @Test
  void aHelloIsSignedAsItCameAndNotAsItIsRead() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeRequest hello = exchange.hello();
    HandshakeResult.Challenged challenged =
        (HandshakeResult.Challenged)
            serverSpeaking(HandshakePolicy.AUTO)
                .judge(
                    new ReceivedHello(
                        hello, TIMESTAMP_OF_1.concat(bytes(hello)), NO_TLS, Compression.NONE))
                .toCompletableFuture()
                .join();
    exchange.judge(bytes(challenged.response()));

    assertThat(rejected(judge(challenged, exchange.proof())).details())
        .endsWith("signature verification failed");
  }

  @Test
  void aChallengeIsSignedAsItCame() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(NOT_ACCEPTED.concat(bytes(challenged.response())));

    assertThat(rejected(judge(challenged, exchange.proof())).details())
        .endsWith("signature verification failed");
  }

  @Test
  void aProofIsSignedAsItCame() {
    ClientExchange exchange = expecting(server.publicKey());
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));
    HandshakeRequest proof = exchange.proof();

    HandshakeResult.Accepted accepted =
        (HandshakeResult.Accepted)
            challenged
                .proof()
                .judge(proof, TIMESTAMP_OF_1.concat(bytes(proof)))
                .toCompletableFuture()
                .join();
    exchange.judge(bytes(accepted.response()));

    assertThatThrownBy(exchange::verifyServer).isInstanceOf(UnprovenServerException.class);
  }

  // ---- what else can be wrong

  @Test
  void peersOfAnotherNetworkDoNotConnect() {
    HandshakeResult.Rejected rejected =
        rejected(
            judge(
                serverOf(server, admission(HandshakePolicy.AUTO, "testnet")),
                speaking(HandshakePolicy.AUTO).hello(),
                NO_TLS));

    assertThat(rejected.details()).endsWith("another network id than this server's");
    assertThat(rejected.log()).contains("'testnet'");
  }

  @Test
  void aProofByAnotherKeyIsRefused() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    ClientExchange other =
        exchange(TestKeys.authManager("somebody else"), settings(HandshakePolicy.V2), NOW, NO_TLS);
    other.hello();
    other.judge(bytes(challenged.response()));

    assertThat(rejected(judge(challenged, other.proof())).details())
        .endsWith("signature verification failed");
  }

  @Test
  void aKeyThatIsTakenAwayBetweenHelloAndProofDoesNotGetIn() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));

    server.removeTrustedKey("alpha");

    assertThat(rejected(judge(challenged, exchange.proof())).details())
        .startsWith("untrusted public key: ");
  }

  @Test
  void aKeyThatStandsForSomethingElseSinceItsHelloDoesNotGetIn() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));

    server.addTrustedKey(new TrustedEntry("alpha", Set.of(client.publicKey()), Set.of(), 2, false));

    assertThat(rejected(judge(challenged, exchange.proof())).details())
        .startsWith("untrusted public key: ");
  }

  @Test
  void aStrangerIsRefusedBeforeAnythingIsSigned() {
    ClientExchange stranger =
        exchange(TestKeys.authManager("stranger"), settings(HandshakePolicy.V2), NOW, NO_TLS);

    assertThat(
            rejected(judge(serverSpeaking(HandshakePolicy.V2), stranger.hello(), NO_TLS)).details())
        .startsWith("untrusted public key: ");
  }

  @ParameterizedTest
  @CsvSource({"15, nonce too short: 15", "65, nonce too long: 65"})
  void anOfferOfV2WantsANonceOfSixteenToSixtyFourBytesToo(int length, String text) {
    HandshakeRequest hello =
        speaking(HandshakePolicy.V2).hello().toBuilder()
            .setNonce(ByteString.copyFrom(new byte[length]))
            .build();

    assertThat(rejected(judge(serverSpeaking(HandshakePolicy.V2), hello, NO_TLS)).details())
        .endsWith(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"another 24 random bytes.Rollcall", "16 bytesrollcall"})
  void aNonceThatOnlyLooksAsIfV2HadBeenOfferedIsFineByV1(String nonce) {
    ByteString bytes = ByteString.copyFromUtf8(nonce);
    long timestamp = SignedHello.nanos(NOW);
    HandshakeRequest hello =
        HandshakeRequest.newBuilder()
            .setTimestamp(timestamp)
            .setPublicKey(client.publicKey().bytes())
            .setNonce(bytes)
            .setSignature(client.sign(SignedHello.bytes(timestamp, bytes)).bytes())
            .build();

    assertThat(judge(serverSpeaking(HandshakePolicy.AUTO), hello, NO_TLS))
        .isInstanceOf(HandshakeResult.Accepted.class);
  }

  @ParameterizedTest
  @CsvSource({
    "32, 32, the server's public key has 32 bytes; expected 33",
    "65, 32, the server's public key has 65 bytes; expected 33",
    "33, 15, the server's nonce has 15 bytes; expected at least 16"
  })
  void aChallengeOfAnotherFormIsNotAnswered(int key, int nonce, String text) {
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);
    exchange.hello();

    assertThatThrownBy(() -> exchange.judge(challengeWith(new byte[key], new byte[nonce])))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessage(text.replace(';', ','));
  }

  @Test
  void aNoIsANoWhateverStandsBesideIt() {
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);
    HandshakeResponse challenge = challenged(exchange.hello()).response();

    assertThatThrownBy(
            () -> exchange.judge(bytes(challenge.toBuilder().setError("not today").build())))
        .isInstanceOf(HandshakeRejectedException.class)
        .hasMessage("handshake rejected: not today");
  }

  @Test
  void aYesIsNoChallengeWhateverStandsBesideIt() {
    ClientExchange exchange = expecting(server.publicKey());
    HandshakeResponse challenge = challenged(exchange.hello()).response();

    assertThatThrownBy(() -> exchange.judge(bytes(challenge.toBuilder().setAccepted(true).build())))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessage("the server's yes holds what belongs to another step of handshake v2");
  }

  @Test
  void aYesByV1HoldsNothingOfV2() {
    ClientExchange exchange = speaking(HandshakePolicy.AUTO);
    exchange.hello();

    assertThatThrownBy(() -> exchange.judge(bytes(yesWith(ByteString.copyFrom(new byte[65])))))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessageContaining("belongs to another step");
  }

  @Test
  void theSessionIdIsTheServersOwn() {
    ClientExchange exchange = expecting(server.publicKey());
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));
    HandshakeResponse yes = accepted(challenged, exchange.proof()).response();

    exchange.judge(bytes(yes.toBuilder().setSessionId("somebody else's").build()));

    assertThatThrownBy(exchange::verifyServer).isInstanceOf(UnprovenServerException.class);
  }

  @Test
  void aYesThatGivesAReasonForANoIsNone() {
    ClientExchange exchange = expecting(server.publicKey());
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));
    HandshakeResponse yes = accepted(challenged, exchange.proof()).response();

    assertThatThrownBy(() -> exchange.judge(bytes(yes.toBuilder().setError("not today").build())))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessage("the server's yes gives a reason for a no");
  }

  @Test
  void aSignatureHasOneFormAlone() {
    ClientExchange exchange = expecting(server.publicKey());
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));
    HandshakeRequest proof = exchange.proof();
    HandshakeRequest malleated =
        proof.toBuilder()
            .setExtension(
                ClientExtension.newBuilder()
                    .setProof(
                        ClientProof.newBuilder()
                            .setSignature(withHighS(extension(proof).getProof().getSignature())))
                    .build()
                    .toByteString())
            .build();

    assertThat(rejected(judge(challenged, malleated)).log()).contains("s in the lower half");

    HandshakeResponse yes = accepted(challenged, proof).response();
    exchange.judge(bytes(yesWith(withHighS(serverProof(yes)), yes.getSessionId())));
    assertThatThrownBy(exchange::verifyServer).isInstanceOf(UnprovenServerException.class);
  }

  @Test
  void anOfferThatCannotBeReadIsNamed() {
    HandshakeRequest hello =
        speaking(HandshakePolicy.AUTO).hello().toBuilder()
            .setExtension(ByteString.fromHex("0a05ff"))
            .build();

    HandshakeResult.Rejected rejected =
        rejected(judge(serverSpeaking(HandshakePolicy.AUTO), hello, NO_TLS));

    assertThat(rejected.details()).endsWith("malformed handshake extension");
    assertThat(rejected.log()).contains("an offer of handshake v2 that cannot be read");
  }

  @Test
  void aClientThatSpeaksV1AloneFollowsNoChallenge() {
    ClientExchange exchange = speaking(HandshakePolicy.V1);
    exchange.hello();
    HandshakeResponse challenge = challenged(speaking(HandshakePolicy.V2).hello()).response();

    assertThatThrownBy(() -> exchange.judge(bytes(challenge)))
        .isInstanceOf(HandshakeRejectedException.class)
        .hasMessage("handshake rejected: no reason given");
  }

  @Test
  void whereAProofBelongsAHelloIsRefused() {
    ClientExchange exchange = speaking(HandshakePolicy.V2);
    HandshakeRequest hello = exchange.hello();

    assertThat(rejected(judge(challenged(hello), hello)).details())
        .endsWith("the proof is missing");
  }

  // ---- helpers

  private PeerIdentity finish(ClientExchange exchange) {
    HandshakeResult.Challenged challenged = challenged(exchange.hello());
    exchange.judge(bytes(challenged.response()));
    exchange.judge(bytes(accepted(challenged, exchange.proof()).response()));
    return exchange.verifyServer();
  }

  private ClientExchange speaking(HandshakePolicy policy) {
    return exchange(client, settings(policy), NOW, NO_TLS);
  }

  private ClientExchange expecting(PublicKey... keys) {
    return exchange(client, settings(HandshakePolicy.V2, keys), NOW, NO_TLS);
  }

  private static ClientHandshakeSettings settings(HandshakePolicy policy, PublicKey... keys) {
    return new ClientHandshakeSettings(policy, "", Set.of(keys));
  }

  private static ClientExchange exchange(
      AuthManager who, ClientHandshakeSettings settings, Instant now, ByteString binding) {
    return new ClientHandshake(
            who, "client-1", settings, InstantSource.fixed(now), new SecureRandom())
        .begin(binding, Compression.NONE);
  }

  private ServerHandshake serverSpeaking(HandshakePolicy policy) {
    return serverSpeaking(server, policy);
  }

  private static ServerHandshake serverSpeaking(AuthManager who, HandshakePolicy policy) {
    return serverOf(who, admission(policy, ""));
  }

  private static ServerHandshake serverOf(AuthManager who, AdmissionSettings admission) {
    return new ServerHandshake(who, admission, InstantSource.fixed(NOW));
  }

  private static AdmissionSettings admission(HandshakePolicy policy, String networkId) {
    return new AdmissionSettings(
        true, true, false, AdmissionSettings.DEFAULT_CLOCK_SKEW, 10, policy, networkId);
  }

  private HandshakeResult.Challenged challenged(HandshakeRequest hello) {
    HandshakeResult result = judge(serverSpeaking(HandshakePolicy.AUTO), hello, NO_TLS);
    assertThat(result).isInstanceOf(HandshakeResult.Challenged.class);
    return (HandshakeResult.Challenged) result;
  }

  private static HandshakeResult judge(
      ServerHandshake handshake, HandshakeRequest hello, ByteString binding) {
    return handshake
        .judge(new ReceivedHello(hello, bytes(hello), binding, Compression.NONE))
        .toCompletableFuture()
        .join();
  }

  private static HandshakeResult judge(
      HandshakeResult.Challenged challenged, HandshakeRequest proof) {
    return challenged.proof().judge(proof, bytes(proof)).toCompletableFuture().join();
  }

  private static HandshakeResult.Accepted accepted(
      HandshakeResult.Challenged challenged, HandshakeRequest proof) {
    HandshakeResult result = judge(challenged, proof);
    assertThat(result).isInstanceOf(HandshakeResult.Accepted.class);
    return (HandshakeResult.Accepted) result;
  }

  private static HandshakeResult.Rejected rejected(HandshakeResult result) {
    assertThat(result).isInstanceOf(HandshakeResult.Rejected.class);
    return (HandshakeResult.Rejected) result;
  }

  private static ByteString bytes(MessageLite message) {
    return message.toByteString();
  }

  private static ClientExtension extension(HandshakeRequest request) {
    try {
      return ClientExtension.parseFrom(request.getExtension());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static ServerChallenge challengeOf(HandshakeResult.Challenged challenged) {
    try {
      return ServerExtension.parseFrom(challenged.response().getExtension()).getChallenge();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static ByteString challengeWith(byte[] key, byte[] nonce) {
    return bytes(
        HandshakeResponse.newBuilder()
            .setExtension(
                ServerExtension.newBuilder()
                    .setChallenge(
                        ServerChallenge.newBuilder()
                            .setPublicKey(ByteString.copyFrom(key))
                            .setNonce(ByteString.copyFrom(nonce)))
                    .build()
                    .toByteString())
            .build());
  }

  private static ByteString serverProof(HandshakeResponse yes) {
    try {
      return ServerExtension.parseFrom(yes.getExtension()).getProof().getSignature();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** The other signature that the same key made of the same bytes. */
  private static ByteString withHighS(ByteString signature) {
    BigInteger order =
        new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    BigInteger s = new BigInteger(1, signature.substring(32, 64).toByteArray());
    return signature
        .substring(0, 32)
        .concat(ByteString.fromHex("%064x".formatted(order.subtract(s))))
        .concat(ByteString.copyFrom(new byte[] {(byte) (signature.byteAt(64) ^ 1)}));
  }

  private static HandshakeResponse yesWith(ByteString signature) {
    return yesWith(signature, "");
  }

  private static HandshakeResponse yesWith(ByteString signature, String sessionId) {
    return HandshakeResponse.newBuilder()
        .setAccepted(true)
        .setSessionId(sessionId)
        .setExtension(
            ServerExtension.newBuilder()
                .setProof(ServerProof.newBuilder().setSignature(signature))
                .build()
                .toByteString())
        .build();
  }
}
