package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.testing.GoldenHandshake;
import io.rollcall.transport.testing.TestKeys;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClientHandshakeTests {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L));

  private final AuthManager auth = TestKeys.authManager("client");
  private final ClientHandshake handshake =
      new ClientHandshake(auth, "client-1", ClientHandshakeSettings.V1, CLOCK, new SecureRandom());

  @ParameterizedTest
  @MethodSource("io.rollcall.transport.testing.GoldenHandshake#all")
  void saysHelloByteForByteAsTheSdk(GoldenHandshake vector) {
    HandshakeRequest hello =
        new ClientHandshake(
                EcdsaAuthManager.create(
                    Signer.of(KeyPairs.fromHex(vector.privateKey())), new TrustedKeys()),
                vector.clientId(),
                ClientHandshakeSettings.V1,
                InstantSource.fixed(Instant.EPOCH.plusNanos(vector.timestamp())),
                new FixedBytes(vector.nonce()))
            .begin(ByteString.EMPTY, Compression.NONE)
            .hello();

    assertThat(hello.toByteString()).isEqualTo(vector.body());
    assertThat(SignedHello.bytes(vector.timestamp(), vector.nonce()))
        .isEqualTo(vector.signedBytes().toByteArray());
  }

  @Test
  void everyHelloHasItsOwnNonce() {
    assertThat(begin().hello().getNonce().size()).isEqualTo(16);
    assertThat(begin().hello().getNonce()).isNotEqualTo(begin().hello().getNonce());
  }

  @Test
  void bothSidesUnderstandEachOther() {
    AuthManager server = TestKeys.authManager("server");
    server.addTrustedKey(TrustedEntry.of("seq-A", auth.publicKey()));

    HandshakeResult result =
        new ServerHandshake(server, AdmissionSettings.TRUSTED_ONLY, CLOCK)
            .judge(TestKeys.received(begin().hello()))
            .toCompletableFuture()
            .join();

    assertThat(result).isInstanceOf(HandshakeResult.Accepted.class);
    HandshakeResponse response = ((HandshakeResult.Accepted) result).response();
    assertThat(response.getSessionId()).isEqualTo("seq-A-1700000000000000000");
    assertThat(begin().judge(response.toByteString())).isEqualTo(new ClientExchange.Step.Done());
  }

  @Test
  void acceptsWhatTheSdkAnswers() {
    assertThat(
            begin()
                .judge(
                    ByteString.fromHex(
                        "08011a197365712d412d31373030303030303030303030303030303031")))
        .isEqualTo(new ClientExchange.Step.Done());
  }

  @Test
  void saysWhichKeyTheServerHasToTrust() {
    HandshakeRejectedException e = rejected(refusal("untrusted public key - connection rejected"));

    assertThat(e.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(e)
        .hasMessageStartingWith("handshake rejected: untrusted public key - connection rejected")
        .hasMessageContaining(auth.publicKey().hex());
  }

  @Test
  void pointsAtTheClocks() {
    assertThat(rejected(refusal("handshake timestamp too old")))
        .hasMessageStartingWith("handshake rejected: handshake timestamp too old")
        .hasMessageContaining("clock");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          handshake timestamp too old: 42 s behind this server, at most 30 s            | clock
          handshake timestamp not after the last one accepted before a restart          | clock
          handshake was used before                                                     | repeats
          too many handshakes with this key                                             | wait
          too many handshakes at once                                                   | limits
          too many connection attempts                                                  | limits
          too many connections without a handshake                                      | limits
          too many connections of the same identity, try again later                    | another program
          connection limit reached                                                      | max-connections
          """)
  void saysWhatToDoAboutWhatOurServersSay(String text, String advice) {
    assertThat(rejected(refusal(text)))
        .hasMessageStartingWith("handshake rejected: " + text + "; ")
        .hasMessageContaining(advice);
  }

  @Test
  void keepsWordsItHasNoAdviceFor() {
    assertThat(rejected(refusal("signature verification failed")))
        .hasMessage("handshake rejected: signature verification failed");
  }

  @Test
  void pointsAtAServerOfOursWithAuthenticationOff() {
    HandshakeRejectedException e =
        rejected(ServerHandshake.authenticationOff().response().orElseThrow().toByteString());

    assertThat(e.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(e)
        .hasMessageStartingWith("handshake rejected: authentication is off here")
        .hasMessageContaining("auth.enabled");
  }

  @Test
  void pointsAtAServerOfTheSdkWithAuthenticationOff() {
    HandshakeRejectedException e =
        rejected(disconnect(DisconnectMessage.Reason.REQUESTED, "server closing connection"));

    assertThat(e.reason()).isEqualTo(CloseReason.REQUESTED);
    assertThat(e)
        .hasMessageStartingWith("handshake rejected: server closing connection")
        .hasMessageContaining("auth.enabled");
  }

  @Test
  void understandsAServerOfTheSdkThatThrottles() {
    HandshakeRejectedException e =
        rejected(
            ByteString.fromHex(
                "0a04636f6e6e8201200808121c746f6f206d616e7920636f6e6e656374696f6e20617474656d707473"));

    assertThat(e.reason()).isEqualTo(CloseReason.THROTTLED);
    assertThat(e).hasMessageStartingWith("handshake rejected: too many connection attempts");
  }

  @Test
  void understandsADisconnectWithoutSenderAndWithoutDetails() {
    HandshakeRejectedException e =
        rejected(
            Message.newBuilder()
                .setDisconnect(
                    DisconnectMessage.newBuilder()
                        .setReason(DisconnectMessage.Reason.TOO_MANY_PEERS))
                .build()
                .toByteString());

    assertThat(e.reason()).isEqualTo(CloseReason.TOO_MANY_PEERS);
    assertThat(e).hasMessageContaining("TOO_MANY_PEERS");
  }

  @Test
  void understandsAServerThatTalksWithoutHavingAnswered() {
    Message ping =
        Message.newBuilder().setSenderId("server").setPing(Ping.getDefaultInstance()).build();
    Message xt =
        Message.newBuilder()
            .setSenderId("publisher")
            .setXtRequest(
                XTRequest.newBuilder()
                    .addTransactions(
                        TransactionRequest.newBuilder().setChainId(ByteString.fromHex("d903"))))
            .build();

    assertThat(rejected(ping.toByteString()))
        .hasMessageContaining("sent PING instead of an answer");
    assertThat(rejected(xt.toByteString()))
        .hasMessageContaining("sent XT_REQUEST instead of an answer");
  }

  @Test
  void callsGarbageByItsName() {
    HandshakeRejectedException e = rejected(ByteString.copyFromUtf8("HTTP/1.1 400 Bad Request"));

    assertThat(e.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    assertThat(e).hasMessageContaining("24 bytes").hasMessageContaining("rollup.v1");
  }

  @Test
  void aRefusalWithoutAReasonIsStillOne() {
    HandshakeRejectedException e =
        rejected(HandshakeResponse.newBuilder().setSessionId("x").build().toByteString());

    assertThat(e.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(e).hasMessage("handshake rejected: no reason given");
  }

  @Test
  void repeatsAServersTextOnOneLineOfBoundedLength() {
    assertThat(rejected(refusal("no\nERROR forged" + "x".repeat(4000))))
        .message()
        .doesNotContain("\n")
        .hasSizeLessThan(300);
  }

  private HandshakeRejectedException rejected(ByteString frame) {
    HandshakeRejectedException thrown =
        catchThrowableOfType(HandshakeRejectedException.class, () -> begin().judge(frame));
    assertThat(thrown).isNotNull();
    return thrown;
  }

  private ClientExchange begin() {
    return handshake.begin(ByteString.EMPTY, Compression.NONE);
  }

  private static ByteString refusal(String error) {
    return HandshakeResponse.newBuilder().setError(error).build().toByteString();
  }

  private static ByteString disconnect(DisconnectMessage.Reason reason, String details) {
    return Message.newBuilder()
        .setSenderId("connection")
        .setDisconnect(DisconnectMessage.newBuilder().setReason(reason).setDetails(details))
        .build()
        .toByteString();
  }

  /** A source of chance that yields one value. */
  private record FixedBytes(ByteString bytes) implements RandomGenerator {

    @Override
    public void nextBytes(byte[] target) {
      bytes.copyTo(target, 0);
    }

    @Override
    public long nextLong() {
      throw new UnsupportedOperationException();
    }
  }
}
