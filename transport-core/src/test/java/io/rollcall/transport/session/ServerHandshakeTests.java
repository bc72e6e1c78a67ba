package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.testing.GoldenHandshake;
import io.rollcall.transport.testing.TestKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row by row what a server answers. */
class ServerHandshakeTests {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);
  private static final AdmissionSettings ALLOW_UNTRUSTED = AdmissionSettings.with(true, true, true);
  private static final ByteString NONCE = ByteString.fromHex("00112233445566778899aabbccddeeff");

  /** The key of scalar 1 in the form that is not compressed. */
  private static final ByteString ONE_UNCOMPRESSED =
      ByteString.fromHex(
          "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
              + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");

  private final AuthManager server = TestKeys.authManager("server");
  private final AuthManager client = TestKeys.authManager("client");

  @Test
  void admitsATrustedKeyUnderItsIdWithItsChains() {
    ChainId chain = ChainId.parse("55555");
    server.addTrustedKey(new TrustedEntry("seq-A", Set.of(client.publicKey()), Set.of(chain), 2));

    HandshakeResult.Accepted accepted = accepted(hello(NOW), AdmissionSettings.TRUSTED_ONLY);

    assertThat(accepted.identity())
        .isEqualTo(new PeerIdentity.Trusted("seq-A", client.publicKey().bytes(), Set.of(chain), 2));
    assertThat(accepted.response().getAccepted()).isTrue();
    assertThat(accepted.response().getError()).isEmpty();
    assertThat(accepted.response().getSessionId()).isEqualTo("seq-A-1700000000123456789");
  }

  @ParameterizedTest
  @MethodSource("io.rollcall.transport.testing.GoldenHandshake#all")
  void admitsTheSdk(GoldenHandshake vector) throws Exception {
    server.addTrustedKey(TrustedEntry.of("sdk", PublicKey.parse(vector.publicKey())));
    Instant now = Instant.EPOCH.plusNanos(vector.timestamp());

    HandshakeResult result =
        new ServerHandshake(server, AdmissionSettings.TRUSTED_ONLY, InstantSource.fixed(now))
            .judge(HandshakeRequest.parseFrom(vector.body()));

    assertThat(result)
        .isInstanceOfSatisfying(
            HandshakeResult.Accepted.class,
            accepted -> assertThat(accepted.identity().label()).isEqualTo("sdk"));
  }

  @Test
  void acceptsExactlyThirtySecondsOfDriftBothWays() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));

    accepted(hello(NOW.plusSeconds(30)), AdmissionSettings.TRUSTED_ONLY);
    accepted(hello(NOW.minusSeconds(30)), AdmissionSettings.TRUSTED_ONLY);
  }

  @Test
  void refusesATimestampOneNanosecondTooFarAhead() {
    failsVerification(
        hello(NOW.plusSeconds(30).plusNanos(1)), "handshake timestamp too far in future");
    failsVerification(
        hello(NOW).toBuilder().setTimestamp(Long.MAX_VALUE).build(),
        "handshake timestamp too far in future");
  }

  @Test
  void refusesATimestampOneNanosecondTooOld() {
    failsVerification(hello(NOW.minusSeconds(30).minusNanos(1)), "handshake timestamp too old");
    failsVerification(HandshakeRequest.getDefaultInstance(), "handshake timestamp too old");
    failsVerification(
        hello(NOW).toBuilder().setTimestamp(Long.MIN_VALUE).build(), "handshake timestamp too old");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64, 66})
  void refusesSignaturesOfAnotherLength(int length) {
    failsVerification(
        hello(NOW).toBuilder().setSignature(ByteString.copyFrom(new byte[length])).build(),
        "invalid signature length: " + length);
  }

  @Test
  void refusesSignaturesThatLeadToNoKeyWithoutTheWordsOfALibrary() {
    failsVerification(
        hello(NOW).toBuilder().setSignature(ByteString.copyFrom(new byte[65])).build(),
        "failed to recover public key");
  }

  @Test
  void refusesRecoveryIdsOfEthereumTransactions() {
    HandshakeRequest hello = hello(NOW);
    byte[] signature = hello.getSignature().toByteArray();
    signature[64] = (byte) (signature[64] + 27);

    failsVerification(
        hello.toBuilder().setSignature(ByteString.copyFrom(signature)).build(),
        "failed to recover public key");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 32, 34, 64, 66})
  void refusesPublicKeysOfAnotherLength(int length) {
    failsVerification(
        hello(NOW).toBuilder().setPublicKey(ByteString.copyFrom(new byte[length])).build(),
        "invalid public key length: " + length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "020000000000000000000000000000000000000000000000000000000000000005",
        "0579be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
      })
  void refusesPublicKeysThatAreNoPoint(String hex) {
    failsVerification(
        hello(NOW).toBuilder().setPublicKey(ByteString.fromHex(hex)).build(),
        "failed to parse public key");
  }

  @Test
  void refusesTheKeyOfSomebodyElse() {
    server.addTrustedKey(TrustedEntry.of("victim", TestKeys.publicKey("victim")));

    failsVerification(
        hello(NOW).toBuilder().setPublicKey(TestKeys.publicKey("victim").bytes()).build(),
        "signature verification failed");
  }

  @Test
  void refusesASignatureOverAnotherNonce() {
    failsVerification(
        hello(NOW).toBuilder().setNonce(NONCE.substring(1)).build(),
        "signature verification failed");
  }

  @Test
  void refusesAValidKeyThatIsNotTrusted() {
    HandshakeResult.Rejected rejected = rejected(hello(NOW), AdmissionSettings.TRUSTED_ONLY);

    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.response().orElseThrow().getAccepted()).isFalse();
    assertThat(rejected.response().orElseThrow().getError())
        .isEqualTo("untrusted public key - connection rejected");
    assertThat(rejected.details())
        .isEqualTo("untrusted public key: " + client.publicKey().hex().substring(0, 16));
    assertThat(rejected.log())
        .contains(client.publicKey().hex(), client.address(), "auth.trusted-sequencers");
  }

  @Test
  void admitsAValidKeyThatIsNotTrustedWhereThatIsAllowed() {
    HandshakeResult.Accepted accepted = accepted(hello(NOW), ALLOW_UNTRUSTED);

    assertThat(accepted.identity()).isEqualTo(new PeerIdentity.Unknown(client.publicKey().bytes()));
    assertThat(accepted.response().getSessionId())
        .isEqualTo("unknown:" + client.publicKey().hex().substring(0, 8) + "-1700000000123456789");
  }

  @Test
  void knowsATrustedKeyAlsoWhereOthersAreAllowed() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));

    assertThat(accepted(hello(NOW), ALLOW_UNTRUSTED).identity().label()).isEqualTo("seq-A");
  }

  @Test
  void findsATrustedKeyThatCameUncompressed() {
    AuthManager one = EcdsaAuthManager.create(TestKeys.numbered(1), new TrustedKeys());
    server.addTrustedKey(TrustedEntry.of("one", one.publicKey()));
    HandshakeRequest hello = hello(one, NOW).toBuilder().setPublicKey(ONE_UNCOMPRESSED).build();

    assertThat(accepted(hello, AdmissionSettings.TRUSTED_ONLY).identity())
        .isEqualTo(new PeerIdentity.Trusted("one", one.publicKey().bytes(), Set.of(), 1));
  }

  @Test
  void takesNothingFromTheClientId() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    HandshakeRequest claiming = hello(NOW).toBuilder().setClientId("publisher").build();

    assertThat(accepted(claiming, AdmissionSettings.TRUSTED_ONLY).identity().label())
        .isEqualTo("seq-A");
  }

  @Test
  void aRemovedKeyIsRefusedFromTheNextHelloOn() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
    accepted(hello(NOW), AdmissionSettings.TRUSTED_ONLY);
    server.removeTrustedKey("seq-A");

    rejected(hello(NOW), AdmissionSettings.TRUSTED_ONLY);
  }

  @Test
  void saysThatAuthenticationIsOff() {
    HandshakeResult.Rejected rejected = ServerHandshake.authenticationOff();

    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.response().orElseThrow().getError())
        .isEqualTo("authentication is off here");
    assertThat(rejected.details()).isEqualTo("authentication is off here");
  }

  @Test
  void answersWhatIsNoHandshakeWithADisconnectAlone() {
    HandshakeResult.Rejected rejected = ServerHandshake.unreadable("no handshake came");

    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.response()).isEmpty();
    assertThat(rejected.details()).isEqualTo("failed to read handshake: no handshake came");
  }

  private void failsVerification(HandshakeRequest hello, String text) {
    HandshakeResult.Rejected rejected = rejected(hello, ALLOW_UNTRUSTED);
    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.response().orElseThrow().getAccepted()).isFalse();
    assertThat(rejected.response().orElseThrow().getError()).isEqualTo(text);
    assertThat(rejected.details()).isEqualTo("handshake verification failed: " + text);
    assertThat(rejected.log()).startsWith("refused: " + text);
  }

  private HandshakeRequest hello(Instant at) {
    return hello(client, at);
  }

  private static HandshakeRequest hello(AuthManager signer, Instant at) {
    long timestamp = Duration.between(Instant.EPOCH, at).toNanos();
    return HandshakeRequest.newBuilder()
        .setTimestamp(timestamp)
        .setPublicKey(signer.publicKey().bytes())
        .setNonce(NONCE)
        .setSignature(signer.sign(SignedHello.bytes(timestamp, NONCE)).bytes())
        .setClientId("client-1")
        .build();
  }

  private HandshakeResult.Accepted accepted(HandshakeRequest hello, AdmissionSettings admission) {
    HandshakeResult result = judge(hello, admission);
    assertThat(result).isInstanceOf(HandshakeResult.Accepted.class);
    return (HandshakeResult.Accepted) result;
  }

  private HandshakeResult.Rejected rejected(HandshakeRequest hello, AdmissionSettings admission) {
    HandshakeResult result = judge(hello, admission);
    assertThat(result).isInstanceOf(HandshakeResult.Rejected.class);
    return (HandshakeResult.Rejected) result;
  }

  private HandshakeResult judge(HandshakeRequest hello, AdmissionSettings admission) {
    return new ServerHandshake(server, admission, InstantSource.fixed(NOW)).judge(hello);
  }
}
