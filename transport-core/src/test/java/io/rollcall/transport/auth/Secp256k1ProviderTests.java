package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.transport.testing.TestKeys;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two implementations against each other; the vectors are in {@link EcdsaAuthManagerTests}. */
class Secp256k1ProviderTests {

  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
  private static final BigInteger FIELD =
      new BigInteger("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16);

  private final Secp256k1Provider portable = new PortableSecp256k1();
  private final Optional<Secp256k1Provider> loaded = NativeSecp256k1.load();
  private final byte[] hash = bytes(new Random(4), 32);

  @BeforeEach
  void needsTheNativeLibrary() {
    Assumptions.assumeTrue(loaded.isPresent(), "no native secp256k1 on this platform");
  }

  @Test
  void agreeOnRandomKeysAndHashes() {
    Random random = new Random(1);
    SecureRandom keys = new SecureRandom();
    for (int i = 0; i < 100; i++) {
      byte[] anyHash = bytes(random, 32);
      KeyPair key = KeyPairs.generate(keys);

      Signature signature = loaded.orElseThrow().sign(anyHash, key.secret(), key.publicKey());

      assertThat(portable.sign(anyHash, key.secret(), key.publicKey()))
          .as("%s", key)
          .isEqualTo(signature);
      assertThat(signature.recoveryId()).isLessThan(2);
      assertThat(new BigInteger(1, signature.s())).isLessThanOrEqualTo(ORDER.shiftRight(1));
      assertThat(loaded.orElseThrow().recover(anyHash, signature)).contains(key.publicKey());
      assertThat(portable.recover(anyHash, signature)).contains(key.publicKey());
    }
  }

  @Test
  void agreeOnHashesAtTheEdges() {
    for (BigInteger edge : edges()) {
      byte[] edgeHash = ByteString.fromHex("%064x".formatted(edge)).toByteArray();
      KeyPair key = TestKeys.named("edges");

      Signature signature = loaded.orElseThrow().sign(edgeHash, key.secret(), key.publicKey());

      assertThat(portable.sign(edgeHash, key.secret(), key.publicKey())).isEqualTo(signature);
      assertThat(portable.recover(edgeHash, signature)).contains(key.publicKey());
      assertThat(loaded.orElseThrow().recover(edgeHash, signature)).contains(key.publicKey());
    }
  }

  @Test
  void agreeOnSignaturesAtTheEdges() {
    int recovered = 0;
    for (BigInteger r : edges()) {
      for (BigInteger s : edges()) {
        for (int recoveryId = 0; recoveryId < 4; recoveryId++) {
          Signature signature =
              new Signature(ByteString.fromHex("%064x%064x%02x".formatted(r, s, recoveryId)));
          recovered += recoveredAlike(signature) ? 1 : 0;
        }
      }
    }
    assertThat(recovered).isPositive();
  }

  @Test
  void agreeThatTheInfinitePointIsNoKey() {
    // With R = G and s = e the formula yields (e G - e G) / r.
    String generator = TestKeys.numbered(1).publicKey().hex().substring(2);
    Signature signature =
        new Signature(ByteString.fromHex(generator + HexFormat.of().formatHex(hash) + "00"));

    assertThat(recoveredAlike(signature)).isFalse();
    assertThat(portable.recover(hash, signature)).isEmpty();
  }

  @Test
  void agreeOnRandomSignatures() {
    Random random = new Random(3);
    int recovered = 0;
    for (int i = 0; i < 200; i++) {
      Signature signature = Signature.of(bytes(random, 64), random.nextInt(4));
      recovered += recoveredAlike(signature) ? 1 : 0;
    }
    assertThat(recovered).isBetween(1, 199);
  }

  private boolean recoveredAlike(Signature signature) {
    Optional<PublicKey> key = loaded.orElseThrow().recover(hash, signature);
    assertThat(portable.recover(hash, signature)).as("%s", signature).isEqualTo(key);
    return key.isPresent();
  }

  private static List<BigInteger> edges() {
    return List.of(
        BigInteger.ZERO,
        BigInteger.ONE,
        BigInteger.TWO,
        ORDER.shiftRight(1),
        ORDER.subtract(BigInteger.ONE),
        ORDER,
        ORDER.add(BigInteger.ONE),
        // With recovery id 2 or 3 the x of the point is r + order, which must stay below the field.
        FIELD.subtract(ORDER).subtract(BigInteger.ONE),
        FIELD.subtract(ORDER),
        FIELD.subtract(BigInteger.ONE),
        FIELD,
        BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE));
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
