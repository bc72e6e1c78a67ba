package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.GoldenHandshake;
import io.rollcall.transport.testing.TestKeys;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcdsaAuthManagerTests {

  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
  private static final byte[] DATA = "signed".getBytes(StandardCharsets.UTF_8);

  /** How each of the two is made. */
  enum Maker {
    NATIVE_WHERE_IT_LOADS {
      @Override
      AuthManager apply(KeyPair keyPair, TrustedKeys trusted) {
        return EcdsaAuthManager.create(Signer.of(keyPair), trusted);
      }
    },
    PORTABLE {
      @Override
      AuthManager apply(KeyPair keyPair, TrustedKeys trusted) {
        return EcdsaAuthManager.createPortable(keyPair, trusted);
      }
    };

    abstract AuthManager apply(KeyPair keyPair, TrustedKeys trusted);
  }

  static Stream<Arguments> vectors() {
    return Stream.of(Maker.values())
        .flatMap(
            maker -> GoldenHandshake.all().stream().map(vector -> Arguments.of(maker, vector)));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void signsAsTheSdkDoes(Maker maker, GoldenHandshake vector) throws Exception {
    AuthManager auth = maker.apply(KeyPairs.fromHex(vector.privateKey()), new TrustedKeys());
    byte[] data = vector.signedBytes().toByteArray();

    assertThat(auth.publicKey().hex()).isEqualTo(vector.publicKey());
    assertThat(auth.address()).isEqualTo(vector.address());
    assertThat(auth.sign(data).bytes()).isEqualTo(vector.signature());
    Signature received = new Signature(HandshakeRequest.parseFrom(vector.body()).getSignature());
    assertThat(auth.verify(data, received, auth.publicKey())).isTrue();
    assertThat(auth.recoverPublicKey(data, received)).isEqualTo(auth.publicKey());
  }

  @Test
  void thereAreNineVectors() {
    assertThat(GoldenHandshake.all()).hasSize(9);
  }

  @Test
  void takesTheNativeLibraryWhereItLoadsAndNeverWhenToldNotTo() {
    assertThat(TestKeys.authManager("a").providerName())
        .isEqualTo(NativeSecp256k1.load().isPresent() ? "native" : "portable");
    assertThat(
            EcdsaAuthManager.createPortable(TestKeys.named("a"), new TrustedKeys()).providerName())
        .isEqualTo("portable");
  }

  @ParameterizedTest
  @EnumSource
  void acceptsBothHalvesOfS(Maker maker) {
    AuthManager auth = maker.apply(TestKeys.named("a"), new TrustedKeys());
    Signature low = auth.sign(DATA);
    Signature high =
        signature(
            new BigInteger(1, low.r()),
            ORDER.subtract(new BigInteger(1, low.s())),
            low.recoveryId() ^ 1);

    assertThat(auth.verify(DATA, high, auth.publicKey())).isTrue();
    assertThat(auth.recoverPublicKey(DATA, high)).isEqualTo(auth.publicKey());
  }

  @ParameterizedTest
  @EnumSource
  void refusesOtherDataOtherKeysAndNonsense(Maker maker) {
    AuthManager auth = maker.apply(TestKeys.named("a"), new TrustedKeys());
    Signature signature = auth.sign(DATA);

    assertThat(auth.verify(new byte[0], signature, auth.publicKey())).isFalse();
    assertThat(auth.verify(DATA, signature, TestKeys.publicKey("b"))).isFalse();
    assertThat(auth.verify(DATA, Signature.of(new byte[64], 0), auth.publicKey())).isFalse();
    assertThatThrownBy(() -> auth.recoverPublicKey(DATA, Signature.of(new byte[64], 0)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("failed to recover public key");
  }

  @ParameterizedTest
  @EnumSource
  void namesTheHolderOfATrustedKey(Maker maker) {
    AuthManager auth = maker.apply(TestKeys.named("a"), new TrustedKeys());
    Signature signature = auth.sign(DATA);
    assertThatThrownBy(() -> auth.verifyKnown(DATA, signature))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("public key " + auth.publicKey().hex() + " is not trusted");

    auth.addTrustedKey(TrustedEntry.of("optimism", auth.publicKey()));
    assertThat(auth.verifyKnown(DATA, signature).id()).isEqualTo("optimism");
    assertThat(auth.identify(auth.publicKey().bytes()))
        .map(PeerIdentity::label)
        .contains("optimism");
    assertThat(auth.trustedKeys()).extracting(TrustedEntry::id).containsExactly("optimism");

    auth.removeTrustedKey("optimism");
    assertThat(auth.trustedKeys()).isEmpty();
  }

  @Test
  void aSignerIsAskedForItsKeyAndOneSignatureAtTheStart() {
    AtomicInteger hashes = new AtomicInteger();
    Signer local = TestKeys.signer("a");
    Signer counting =
        signer(
            local.publicKey(),
            hash -> {
              assertThat(hash).hasSize(32);
              assertThat(Thread.currentThread().isVirtual()).isEqualTo(hashes.get() == 0);
              hashes.incrementAndGet();
              return local.sign(hash);
            });

    AuthManager auth = EcdsaAuthManager.create(counting, new TrustedKeys());

    assertThat(hashes).hasValue(1);
    assertThat(auth.sign(DATA)).isEqualTo(TestKeys.authManager("a").sign(DATA));
    assertThat(auth.publicKey()).isEqualTo(TestKeys.publicKey("a"));
    assertThat(hashes).hasValue(2);
  }

  @Test
  void aSignatureOfASignerHasSInTheLowerHalfWhateverItAnswers() {
    Signer local = TestKeys.signer("a");
    Signer high =
        signer(
            local.publicKey(),
            hash -> {
              Signature low = local.sign(hash);
              return signature(
                  new BigInteger(1, low.r()),
                  ORDER.subtract(new BigInteger(1, low.s())),
                  low.recoveryId() ^ 1);
            });

    AuthManager auth = EcdsaAuthManager.create(high, new TrustedKeys());

    assertThat(auth.sign(DATA)).isEqualTo(TestKeys.authManager("a").sign(DATA));
  }

  @Test
  void aSignerWithAnotherKeyThanItSaysIsRefusedAtTheStart() {
    Signer wrong = signer(TestKeys.publicKey("a"), TestKeys.signer("b")::sign);

    assertThatThrownBy(() -> EcdsaAuthManager.create(wrong, new TrustedKeys()))
        .isInstanceOf(SigningException.class)
        .hasMessage(
            "the signer signs with another key than its public key " + TestKeys.publicKey("a"));
  }

  @Test
  void aSignerThatFailsIsOneSentenceAtTheStartAndLater() {
    Signer local = TestKeys.signer("a");
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    Signer failing =
        signer(
            local.publicKey(),
            hash -> {
              RuntimeException now = failure.get();
              if (now != null) {
                throw now;
              }
              return local.sign(hash);
            });
    AuthManager auth = EcdsaAuthManager.create(failing, new TrustedKeys());
    SigningException own = new SigningException("the key service answered 503");
    IllegalStateException foreign = new IllegalStateException("no session");

    failure.set(own);
    assertThatThrownBy(() -> auth.sign(DATA)).isSameAs(own);
    assertThatThrownBy(() -> EcdsaAuthManager.create(failing, new TrustedKeys())).isSameAs(own);

    failure.set(foreign);
    assertThatThrownBy(() -> auth.sign(DATA))
        .isInstanceOf(SigningException.class)
        .hasMessage("the signer failed: java.lang.IllegalStateException: no session")
        .hasCause(foreign);
    assertThatThrownBy(() -> EcdsaAuthManager.create(failing, new TrustedKeys()))
        .isInstanceOf(SigningException.class)
        .hasCause(foreign);
  }

  @Test
  void aSignerThatDoesNotAnswerAtTheStartIsInterruptedAndNamed() throws Exception {
    AtomicBoolean asked = new AtomicBoolean();
    CountDownLatch interrupted = new CountDownLatch(1);
    Signer silent =
        signer(
            TestKeys.publicKey("a"),
            hash -> {
              asked.set(true);
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              throw new SigningException("nobody waits");
            });

    assertThatThrownBy(() ->
            EcdsaAuthManager.create(
                silent,
                new TrustedKeys(),
                new PortableSecp256k1(),
                Duration.ofMillis(50),
                EcdsaAuthManager.LATER_LIMIT))
        .isInstanceOf(SigningException.class)
        .hasMessage("the signer did not answer within 50 ms at start-up");
    // On a machine that is busy it may not even have come to be asked.
    assertThat(!asked.get() || interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aSignerElsewhereThatDoesNotAnswerLaterIsInterruptedAndNamed() throws Exception {
    Elsewhere signer = new Elsewhere();
    AuthManager auth = withLimitForLater(signer, Duration.ofMillis(50));
    signer.silent = true;

    assertThat(auth.signLater(DATA))
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOf(SigningException.class)
        .withMessage("the signer did not answer within 50 ms");
    assertThat(signer.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWaitsForASignerElsewhereIsBoundedAndMakesRoomAgain(boolean answers) {
    Elsewhere signer = new Elsewhere();
    AuthManager auth = withLimitForLater(signer, Duration.ofMinutes(1));
    signer.silent = true;
    List<CompletableFuture<Signature>> waiting =
        Stream.generate(() -> auth.signLater(DATA).toCompletableFuture())
            .limit(EcdsaAuthManager.MOST_ELSEWHERE)
            .toList();

    assertThat(auth.signLater(DATA).toCompletableFuture())
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("256 signatures wait for the signer, the limit");

    signer.silent = false;
    signer.failing = !answers;
    signer.release.countDown();
    assertThat(waiting)
        .allSatisfy(each -> {
          if (answers) {
            assertThat(each).succeedsWithin(Duration.ofSeconds(10));
          } else {
            assertThat(each).failsWithin(Duration.ofSeconds(10));
          }
        });
    signer.failing = false;
    // Each gives its place back just behind its answer.
    Await.until(
        "there is room again",
        () -> !auth.signLater(DATA).toCompletableFuture().isCompletedExceptionally());
  }

  private static AuthManager withLimitForLater(Signer signer, Duration limit) {
    return EcdsaAuthManager.create(
        signer, new TrustedKeys(), new PortableSecp256k1(), EcdsaAuthManager.START_LIMIT, limit);
  }

  /** A key that is not of this process, and answers when a test lets it. */
  private static final class Elsewhere implements Signer {
    private final Signer local = TestKeys.signer("a");
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private volatile boolean silent;
    private volatile boolean failing;

    @Override
    public PublicKey publicKey() {
      return local.publicKey();
    }

    @Override
    public Signature sign(byte[] hash) {
      try {
        if (silent) {
          release.await();
        }
        if (failing) {
          throw new SigningException("the key service answered 503");
        }
        return local.sign(hash);
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw new SigningException("nobody waits");
      }
    }
  }

  private static Signer signer(PublicKey publicKey, Function<byte[], Signature> signing) {
    return new Signer() {
      @Override
      public PublicKey publicKey() {
        return publicKey;
      }

      @Override
      public Signature sign(byte[] hash) {
        return signing.apply(hash);
      }
    };
  }

  private static Signature signature(BigInteger r, BigInteger s, int recoveryId) {
    return new Signature(ByteString.fromHex("%064x%064x%02x".formatted(r, s, recoveryId)));
  }
}
