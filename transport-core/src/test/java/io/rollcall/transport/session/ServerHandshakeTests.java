package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.GoldenHandshake;
import io.rollcall.transport.testing.ManualClock;
import io.rollcall.transport.testing.TestKeys;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final AtomicInteger verifications = new AtomicInteger();
  private final AuthManager counting = counting(server, verifications);
  private final ManualClock clock = new ManualClock(NOW);
  private final List<Duration> skews = new ArrayList<>();
  private final TransportMetrics metrics = skewMetrics();
  private final Map<ByteString, Long> marksAtStart = new HashMap<>();
  private final Map<ByteString, Long> marked = new HashMap<>();
  private final ReplayMarks marks = new ManualMarks();
  private final Map<AdmissionSettings, ServerHandshake> handshakes = new HashMap<>();

  @Test
  void admitsATrustedKeyUnderItsIdWithItsChains() {
    ChainId chain = ChainId.parse("55555");
    server.addTrustedKey(
        new TrustedEntry("seq-A", Set.of(client.publicKey()), Set.of(chain), 2, false));

    HandshakeResult.Accepted accepted = accepted(hello(NOW), AdmissionSettings.TRUSTED_ONLY);

    assertThat(accepted.identity())
        .isEqualTo(
            new PeerIdentity.Trusted("seq-A", client.publicKey().bytes(), Set.of(chain), 2, false));
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
            .judge(TestKeys.received(HandshakeRequest.parseFrom(vector.body())))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);

    assertThat(result)
        .isInstanceOfSatisfying(
            HandshakeResult.Accepted.class,
            accepted -> assertThat(accepted.identity().label()).isEqualTo("sdk"));
  }

  @Test
  void acceptsExactlyTheClockSkewBothWays() {
    trustClient();
    AdmissionSettings two =
        new AdmissionSettings(
            true, true, false, Duration.ofSeconds(2), 10, HandshakePolicy.AUTO, "");

    accepted(hello(NOW.plusSeconds(30)), AdmissionSettings.TRUSTED_ONLY);
    accepted(hello(NOW.minusSeconds(30)), AdmissionSettings.TRUSTED_ONLY);
    accepted(hello(NOW.plusSeconds(2)), two);
    accepted(hello(NOW.minusSeconds(2)), two);
    assertThat(rejected(hello(NOW.plusSeconds(2).plusNanos(1)), two).details())
        .endsWith("too far in future: 2.001 s ahead of this server, at most 2 s");
    assertThat(rejected(hello(NOW.minusSeconds(2).minusNanos(1)), two).details())
        .endsWith("too old: 2.001 s behind this server, at most 2 s");
  }

  @Test
  void saysByHowMuchATimestampIsTooFarAhead() {
    failsVerification(
        hello(NOW.plusSeconds(30).plusNanos(1)),
        "handshake timestamp too far in future: 30.001 s ahead of this server, at most 30 s");
    failsVerification(
        hello(NOW.plusSeconds(42)),
        "handshake timestamp too far in future: 42 s ahead of this server, at most 30 s");
    assertThat(rejected(hello(client, Long.MAX_VALUE), ALLOW_UNTRUSTED).details())
        .contains("handshake timestamp too far in future: 7523372036.732 s");
  }

  @Test
  void saysByHowMuchATimestampIsTooOld() {
    failsVerification(
        hello(NOW.minusSeconds(30).minusNanos(1)),
        "handshake timestamp too old: 30.001 s behind this server, at most 30 s");
    failsVerification(
        hello(client, 0),
        "handshake timestamp too old: 1700000000.124 s behind this server, at most 30 s");
    assertThat(rejected(hello(client, Long.MIN_VALUE), ALLOW_UNTRUSTED).details())
        .contains("handshake timestamp too old: 10923372036.979 s");
  }

  @Test
  void tellsNothingOfItsClockToOneWhoProvesNothing() {
    trustClient();
    HandshakeRequest old = hello(NOW).toBuilder().setTimestamp(1).build();

    assertThat(rejected(old, AdmissionSettings.TRUSTED_ONLY).details())
        .isEqualTo("handshake verification failed: signature verification failed");
    assertThat(skews).isEmpty();
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

  @Test
  void refusesPublicKeysWithAnotherFirstByte() {
    failsVerification(
        hello(NOW).toBuilder()
            .setPublicKey(ByteString.fromHex("05").concat(ONE_UNCOMPRESSED.substring(1, 33)))
            .build(),
        "failed to parse public key");
    failsVerification(
        hello(NOW).toBuilder()
            .setPublicKey(ByteString.fromHex("06").concat(ONE_UNCOMPRESSED.substring(1)))
            .build(),
        "failed to parse public key");
  }

  @Test
  void refusesAKeyThatIsNoPointAsOneThatDidNotSign() {
    failsVerification(
        hello(NOW).toBuilder()
            .setPublicKey(ByteString.fromHex("02" + "00".repeat(31) + "05"))
            .build(),
        "signature verification failed");
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
        hello(NOW).toBuilder().setNonce(NONCE.concat(NONCE)).build(),
        "signature verification failed");
  }

  @Test
  void wantsANonceOfSixteenToSixtyFourBytes() {
    trustClient();
    for (int fine : new int[] {16, 17, 64}) {
      accepted(hello(client, nanos(NOW), zeros(fine)), AdmissionSettings.TRUSTED_ONLY);
    }
    failsVerification(hello(client, nanos(NOW), zeros(0)), "nonce too short: 0");
    failsVerification(hello(client, nanos(NOW), zeros(15)), "nonce too short: 15");
    failsVerification(hello(client, nanos(NOW), zeros(65)), "nonce too long: 65");
  }

  @Test
  void aStrangerCostsNoVerificationWhateverItSends() {
    HandshakeRequest hello = hello(NOW);

    for (HandshakeRequest variant :
        List.of(
            hello,
            hello.toBuilder().setSignature(zeros(65)).build(),
            hello.toBuilder().setSignature(zeros(64)).build(),
            hello.toBuilder().setTimestamp(1).build(),
            hello.toBuilder().setNonce(ByteString.EMPTY).build(),
            hello.toBuilder().setPublicKey(ONE_UNCOMPRESSED).build(),
            // No point of the curve, which nobody finds out.
            hello.toBuilder().setPublicKey(ByteString.fromHex("02" + "00".repeat(32))).build())) {
      assertThat(rejected(variant, AdmissionSettings.TRUSTED_ONLY).response().orElseThrow())
          .extracting(HandshakeResponse::getError)
          .isEqualTo("untrusted public key - connection rejected");
    }
    assertThat(verifications).hasValue(0);
  }

  @Test
  void whatIsOfTheWrongLengthCostsNoVerification() {
    trustClient();
    HandshakeRequest hello = hello(NOW);

    rejected(hello.toBuilder().setPublicKey(zeros(34)).build(), ALLOW_UNTRUSTED);
    rejected(hello.toBuilder().setSignature(zeros(64)).build(), ALLOW_UNTRUSTED);
    rejected(hello.toBuilder().setNonce(zeros(15)).build(), ALLOW_UNTRUSTED);
    rejected(hello.toBuilder().setNonce(zeros(65)).build(), ALLOW_UNTRUSTED);

    assertThat(verifications).hasValue(0);
  }

  @Test
  void everyOtherHelloCostsOneVerification() {
    trustClient();
    HandshakeRequest hello = hello(NOW);

    accepted(hello, AdmissionSettings.TRUSTED_ONLY);
    assertThat(verifications).hasValue(1);
    rejected(hello, AdmissionSettings.TRUSTED_ONLY);
    assertThat(verifications).hasValue(2);
    rejected(hello(NOW.minusSeconds(31)), AdmissionSettings.TRUSTED_ONLY);
    assertThat(verifications).hasValue(3);
    rejected(hello.toBuilder().setSignature(zeros(65)).build(), AdmissionSettings.TRUSTED_ONLY);
    assertThat(verifications).hasValue(4);
    accepted(hello(TestKeys.authManager("stranger"), nanos(NOW)), ALLOW_UNTRUSTED);
    assertThat(verifications).hasValue(5);
  }

  @Test
  void refusesAHelloThatWasUsedBefore() {
    trustClient();
    HandshakeRequest hello = hello(NOW);
    accepted(hello, AdmissionSettings.TRUSTED_ONLY);

    HandshakeResult.Rejected rejected =
        rejected(hello.toBuilder().setClientId("another").build(), AdmissionSettings.TRUSTED_ONLY);

    assertThat(rejected.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
    assertThat(rejected.response().orElseThrow().getError()).isEqualTo("handshake was used before");
    assertThat(rejected.details())
        .isEqualTo("handshake verification failed: handshake was used before");
    assertThat(rejected.log()).contains("seq-A");
  }

  @Test
  void theOtherFormOfTheKeyMakesNoOtherHello() {
    AuthManager one = EcdsaAuthManager.create(Signer.of(TestKeys.numbered(1)), new TrustedKeys());
    server.addTrustedKey(TrustedEntry.of("one", one.publicKey()));
    HandshakeRequest hello = hello(one, nanos(NOW));
    accepted(hello, AdmissionSettings.TRUSTED_ONLY);

    assertThat(
            rejected(
                    hello.toBuilder().setPublicKey(ONE_UNCOMPRESSED).build(),
                    AdmissionSettings.TRUSTED_ONLY)
                .details())
        .endsWith("handshake was used before");
  }

  @Test
  void aForgedHelloDoesNotUseUpTheRealOne() {
    trustClient();
    HandshakeRequest real = hello(NOW);
    byte[] broken = real.getSignature().toByteArray();
    broken[40] ^= 1;
    rejected(
        real.toBuilder().setSignature(ByteString.copyFrom(broken)).build(),
        AdmissionSettings.TRUSTED_ONLY);

    accepted(real, AdmissionSettings.TRUSTED_ONLY);
  }

  @Test
  void aTimestampAnEarlierProcessHasPassedIsRefused() {
    trustClient();
    marksAtStart.put(client.publicKey().bytes(), nanos(NOW));

    HandshakeResult.Rejected rejected = rejected(hello(NOW), AdmissionSettings.TRUSTED_ONLY);

    assertThat(rejected.details())
        .isEqualTo(
            "handshake verification failed: handshake timestamp not after the last one accepted"
                + " before a restart");
    assertThat(rejected.log()).contains("seq-A").contains("auth.replay-file");
    accepted(hello(NOW.plusNanos(1)), AdmissionSettings.TRUSTED_ONLY);
    accepted(hello(NOW.plusNanos(2)), AdmissionSettings.TRUSTED_ONLY);
  }

  @Test
  void hellosOfOneKeyMayCross() {
    trustClient();

    accepted(hello(NOW.plusNanos(2)), AdmissionSettings.TRUSTED_ONLY);
    accepted(hello(NOW.plusNanos(1)), AdmissionSettings.TRUSTED_ONLY);
  }

  @Test
  void aHelloIsAcceptedOnceItsTimestampIsKept() {
    trustClient();
    CompletableFuture<Void> disk = new CompletableFuture<>();
    ReplayMarks slow =
        new ReplayMarks() {
          @Override
          public OptionalLong atStart(ByteString key) {
            return OptionalLong.empty();
          }

          @Override
          public CompletionStage<Void> record(ByteString key, long timestamp) {
            return disk;
          }

          @Override
          public Optional<String> problem() {
            return Optional.empty();
          }
        };
    CompletableFuture<HandshakeResult> result =
        new ServerHandshake(
                server, AdmissionSettings.TRUSTED_ONLY, slow, metrics, clock, new SecureRandom())
            .judge(TestKeys.received(hello(NOW)))
            .toCompletableFuture();

    assertThat(result).isNotDone();
    disk.complete(null);
    assertThat(result).isCompletedWithValueMatching(HandshakeResult.Accepted.class::isInstance);
  }

  @Test
  void keepsTimestampsOfAcceptedHellosOfTrustedKeysAlone() {
    trustClient();
    accepted(hello(NOW), ALLOW_UNTRUSTED);
    accepted(hello(TestKeys.authManager("stranger"), nanos(NOW)), ALLOW_UNTRUSTED);
    rejected(hello(NOW.plusSeconds(31)), ALLOW_UNTRUSTED);

    assertThat(marked).containsExactlyEntriesOf(Map.of(client.publicKey().bytes(), nanos(NOW)));
  }

  @Test
  void measuresTheClocksOfTrustedKeysAndOfNobodyElse() {
    trustClient();
    HandshakeRequest captured = hello(NOW.minusSeconds(3));
    accepted(captured, ALLOW_UNTRUSTED);
    rejected(hello(NOW.plusSeconds(40)), ALLOW_UNTRUSTED);
    rejected(hello(NOW.minusSeconds(50)), ALLOW_UNTRUSTED);
    accepted(hello(TestKeys.authManager("stranger"), nanos(NOW)), ALLOW_UNTRUSTED);
    List<Duration> real =
        List.of(Duration.ofSeconds(-3), Duration.ofSeconds(40), Duration.ofSeconds(-50));
    assertThat(skews).isEqualTo(real.subList(0, 2)); // The third came after a later one.

    rejected(captured, ALLOW_UNTRUSTED);
    clock.advance(Duration.ofDays(1));
    rejected(captured, ALLOW_UNTRUSTED);
    assertThat(skews).hasSize(2);
  }

  @Test
  void refusesMoreHellosOfAKeyThanItRemembers() {
    trustClient();
    ServerHandshake handshake =
        new ServerHandshake(
            trustingSignatures(client.publicKey()), AdmissionSettings.TRUSTED_ONLY, clock);
    for (int i = 0; i < ReplayGuard.MOST_PER_KEY; i++) {
      assertThat(handshake.judge(TestKeys.received(unsigned(i))).toCompletableFuture().join())
          .isInstanceOf(HandshakeResult.Accepted.class);
    }

    assertThat(handshake.judge(TestKeys.received(unsigned(-1))).toCompletableFuture().join())
        .isInstanceOfSatisfying(
            HandshakeResult.Rejected.class,
            rejected -> {
              assertThat(rejected.reason()).isEqualTo(CloseReason.THROTTLED);
              assertThat(rejected.response().orElseThrow().getError())
                  .isEqualTo("too many handshakes with this key");
              assertThat(rejected.details()).isEqualTo("too many handshakes with this key");
              assertThat(rejected.log()).contains("seq-A").contains("1024 within 60 s");
            });
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
    assertThat(rejected.log()).contains(client.publicKey().hex(), "auth.trusted-sequencers");
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
    AuthManager one = EcdsaAuthManager.create(Signer.of(TestKeys.numbered(1)), new TrustedKeys());
    server.addTrustedKey(TrustedEntry.of("one", one.publicKey()));
    HandshakeRequest hello =
        hello(one, nanos(NOW)).toBuilder().setPublicKey(ONE_UNCOMPRESSED).build();

    assertThat(accepted(hello, AdmissionSettings.TRUSTED_ONLY).identity())
        .isEqualTo(new PeerIdentity.Trusted("one", one.publicKey().bytes(), Set.of(), 1, false));
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

  private void trustClient() {
    server.addTrustedKey(TrustedEntry.of("seq-A", client.publicKey()));
  }

  private HandshakeRequest hello(Instant at) {
    return hello(client, nanos(at));
  }

  private static HandshakeRequest hello(AuthManager signer, long timestamp) {
    return hello(signer, timestamp, NONCE);
  }

  private static HandshakeRequest hello(AuthManager signer, long timestamp, ByteString nonce) {
    return HandshakeRequest.newBuilder()
        .setTimestamp(timestamp)
        .setPublicKey(signer.publicKey().bytes())
        .setNonce(nonce)
        .setSignature(signer.sign(SignedHello.bytes(timestamp, nonce)).bytes())
        .setClientId("client-1")
        .build();
  }

  private HandshakeRequest unsigned(int number) {
    return HandshakeRequest.newBuilder()
        .setTimestamp(nanos(NOW) + number)
        .setPublicKey(client.publicKey().bytes())
        .setNonce(NONCE)
        .setSignature(zeros(65))
        .build();
  }

  private static long nanos(Instant at) {
    return Duration.between(Instant.EPOCH, at).toNanos();
  }

  private static ByteString zeros(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  /** The same, and counts what takes arithmetic. */
  private static AuthManager counting(AuthManager real, AtomicInteger verifications) {
    return proxy((method, arguments) -> {
      if (Set.of("verify", "verifyKnown", "recoverPublicKey").contains(method.getName())) {
        verifications.incrementAndGet();
      }
      return method.invoke(real, arguments);
    });
  }

  /** As if this key had made every signature. */
  private AuthManager trustingSignatures(PublicKey signer) {
    return proxy((method, arguments) ->
        method.getName().equals("recoverPublicKey") ? signer : method.invoke(server, arguments));
  }

  private static AuthManager proxy(Call call) {
    return (AuthManager)
        Proxy.newProxyInstance(
            AuthManager.class.getClassLoader(),
            new Class<?>[] {AuthManager.class},
            (proxy, method, arguments) -> {
              try {
                return call.on(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private TransportMetrics skewMetrics() {
    return (TransportMetrics)
        Proxy.newProxyInstance(
            TransportMetrics.class.getClassLoader(),
            new Class<?>[] {TransportMetrics.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("helloClockSkew");
              skews.add((Duration) arguments[0]);
              return null;
            });
  }

  private interface Call {
    Object on(Method method, Object[] arguments) throws Exception;
  }

  private final class ManualMarks implements ReplayMarks {

    @Override
    public OptionalLong atStart(ByteString key) {
      Long mark = marksAtStart.get(key);
      return mark == null ? OptionalLong.empty() : OptionalLong.of(mark);
    }

    @Override
    public CompletionStage<Void> record(ByteString key, long timestamp) {
      marked.merge(key, timestamp, Math::max);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }
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
    ServerHandshake handshake = handshakes.computeIfAbsent(admission, this::handshake);
    return handshake.judge(TestKeys.received(hello)).toCompletableFuture().join();
  }

  private ServerHandshake handshake(AdmissionSettings admission) {
    return new ServerHandshake(counting, admission, marks, metrics, clock, new SecureRandom());
  }
}
