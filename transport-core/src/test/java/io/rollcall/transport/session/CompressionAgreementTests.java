package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.testing.TestKeys;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What two sides agree on, and that nobody on the way has a say in it. */
class CompressionAgreementTests {

  private final EcdsaAuthManager server = TestKeys.authManager("server");

  CompressionAgreementTests() {
    server.addTrustedKey(TrustedEntry.of("alpha", TestKeys.publicKey("client")));
  }

  @ParameterizedTest
  @CsvSource({"NONE, NONE, NONE", "ZSTD, NONE, NONE", "NONE, ZSTD, NONE", "ZSTD, ZSTD, ZSTD"})
  void bothSidesKnowTheSame(Compression atServer, Compression atClient, Compression agreed) {
    ClientExchange exchange = begin(atClient);
    HandshakeResult.Challenged challenged = challenge(exchange.hello(), atServer);
    exchange.judge(challenged.response().toByteString());
    HandshakeResult.Accepted accepted =
        (HandshakeResult.Accepted) prove(challenged, exchange.proof());
    exchange.judge(accepted.response().toByteString());
    var _ = exchange.verifyServer();

    assertThat(accepted.compression()).isEqualTo(agreed);
    assertThat(exchange.compression()).isEqualTo(agreed);
  }

  @Test
  void whoWantsNoneSendsTheFramesThatWereSentBeforeThereWasAny() throws Exception {
    ClientExchange exchange = begin(Compression.NONE);
    HandshakeRequest hello = exchange.hello();

    assertThat(ClientExtension.parseFrom(hello.getExtension()).getHello().getCompressionsList())
        .isEmpty();
    assertThat(hello.getExtension()).isEqualTo(ByteString.fromHex("0a00"));
    assertThat(challenge(hello, Compression.ZSTD).response().getExtension().size())
        .isEqualTo(2 + 2 + 33 + 2 + 32);
  }

  @Test
  void aServerIgnoresCompressionsThatItDoesNotKnow() throws Exception {
    HandshakeRequest hello = withOffers(begin(Compression.NONE).hello(), 7, 1, 9);

    assertThat(chosen(challenge(hello, Compression.ZSTD))).isEqualTo(1);
    assertThat(chosen(challenge(withOffers(hello, 7, 9), Compression.ZSTD))).isZero();
    assertThat(chosen(challenge(withOffers(hello, 0), Compression.ZSTD))).isZero();
  }

  @ParameterizedTest
  @CsvSource({"NONE, 1", "ZSTD, 2", "NONE, -1"})
  void aClientBreaksOffWhenTheServerChoosesWhatItDidNotOffer(Compression offered, int chosen) {
    ClientExchange exchange = begin(offered);
    HandshakeResult.Challenged challenged = challenge(exchange.hello(), Compression.ZSTD);
    HandshakeResponse other = withChoice(challenged.response(), chosen);

    assertThatThrownBy(() -> exchange.judge(other.toByteString()))
        .isInstanceOf(UnprovenServerException.class)
        .hasMessage("the server chose a compression that this client did not offer");
  }

  @Test
  void anOfferThatIsTakenOutOnTheWayIsMissed() throws Exception {
    ClientExchange exchange = begin(Compression.ZSTD);
    HandshakeResult.Challenged challenged =
        challenge(withOffers(exchange.hello()), Compression.ZSTD);
    exchange.judge(challenged.response().toByteString());

    assertSignatureFails(challenged, exchange);
  }

  @Test
  void anOfferThatIsPutInOnTheWayIsMissed() throws Exception {
    ClientExchange exchange = begin(Compression.NONE);
    HandshakeResult.Challenged challenged =
        challenge(withOffers(exchange.hello(), 1), Compression.ZSTD);
    exchange.judge(withChoice(challenged.response(), 0).toByteString());

    assertSignatureFails(challenged, exchange);
  }

  @Test
  void aChoiceThatIsChangedOnTheWayIsMissed() {
    ClientExchange exchange = begin(Compression.ZSTD);
    HandshakeResult.Challenged challenged = challenge(exchange.hello(), Compression.ZSTD);
    exchange.judge(withChoice(challenged.response(), 0).toByteString());

    assertSignatureFails(challenged, exchange);
  }

  private static void assertSignatureFails(
      HandshakeResult.Challenged challenged, ClientExchange exchange) {
    assertThat(((HandshakeResult.Rejected) prove(challenged, exchange.proof())).details())
        .endsWith("signature verification failed");
  }

  private static ClientExchange begin(Compression offered) {
    return new ClientHandshake(
            TestKeys.authManager("client"),
            "client-1",
            new ClientHandshakeSettings(HandshakePolicy.V2, "", Set.of()),
            InstantSource.system(),
            new SecureRandom())
        .begin(ByteString.EMPTY, offered);
  }

  private HandshakeResult.Challenged challenge(HandshakeRequest hello, Compression wanted) {
    return (HandshakeResult.Challenged)
        new ServerHandshake(server, AdmissionSettings.TRUSTED_ONLY, InstantSource.system())
            .judge(new ReceivedHello(hello, hello.toByteString(), ByteString.EMPTY, wanted))
            .toCompletableFuture()
            .join();
  }

  private static HandshakeResult prove(
      HandshakeResult.Challenged challenged, HandshakeRequest proof) {
    return challenged.proof().judge(proof, proof.toByteString()).toCompletableFuture().join();
  }

  private static HandshakeRequest withOffers(HandshakeRequest hello, int... offers)
      throws InvalidProtocolBufferException {
    ClientExtension.Builder extension = ClientExtension.parseFrom(hello.getExtension()).toBuilder();
    extension.getHelloBuilder().clearCompressions();
    for (int offer : offers) {
      extension.getHelloBuilder().addCompressionsValue(offer);
    }
    return hello.toBuilder().setExtension(extension.build().toByteString()).build();
  }

  private static int chosen(HandshakeResult.Challenged challenged)
      throws InvalidProtocolBufferException {
    return ServerExtension.parseFrom(challenged.response().getExtension())
        .getChallenge()
        .getCompressionValue();
  }

  private static HandshakeResponse withChoice(HandshakeResponse challenge, int choice) {
    try {
      ServerExtension.Builder extension =
          ServerExtension.parseFrom(challenge.getExtension()).toBuilder();
      extension.getChallengeBuilder().setCompressionValue(choice);
      return challenge.toBuilder().setExtension(extension.build().toByteString()).build();
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
  }
}
