package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.transport.testing.TestKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.junit.jupiter.api.Test;

/** What a hardware module or a key service answers becomes a signature of this wire. */
class ForeignSignatureTests {

  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private static final PublicKey KEY = TestKeys.publicKey("far");

  private final byte[] hash = bytes(new Random(1), 32);
  private final Signature expected = TestKeys.signer("far").sign(hash);

  @Test
  void eitherHalfOfSAndEitherFormIsTheSameSignature() {
    Random random = new Random(2);
    int[] recoveryIds = new int[2];
    for (int number = 1; number <= 200; number++) {
      KeyPair pair = TestKeys.numbered(number);
      byte[] anyHash = bytes(random, 32);
      Signature made = Signer.of(pair).sign(anyHash);
      recoveryIds[made.recoveryId()]++;

      for (BigInteger s : List.of(s(made), ORDER.subtract(s(made)))) {
        assertThat(Signature.ofRAndS(anyHash, rAndS(r(made), s), pair.publicKey()))
            .as("key %d", number)
            .isEqualTo(made);
        assertThat(Signature.ofDer(anyHash, der(r(made), s), pair.publicKey()))
            .as("key %d", number)
            .isEqualTo(made);
      }
    }
    assertThat(recoveryIds).as("both recovery ids came up").doesNotContain(0);
  }

  @Test
  void rAndSOfAHardwareModuleAreAccepted() {
    // Made by SoftHSM 2.6.1 with CKM_ECDSA over 32 zero bytes: r and s, then the same key in DER.
    PublicKey module =
        PublicKey.parse("02b8573dd0b98b7467a5da710199a6ccdfd5e4c7df42b4dee8f6412b3912b79b68");
    byte[] raw =
        HexFormat.of()
            .parseHex(
                "4f7881f5b5822adace1adcde9970d77dfa394cd8ad8e4a670ff1cf479ae04afc"
                    + "8f37ec57d108996142b6f0f16cfc5cc188efd55c66b6a43a252b2db7612a9b59");
    byte[] der =
        HexFormat.of()
            .parseHex(
                "3046022100c592b4db9104bb7c7659c11c785e4200fdbd0f3776b78bafeff63857f2d51c3b"
                    + "02210081976bd4f9f91964d63e9674715b9a54d925d91e7810b4798cc6aba472935115");

    for (Signature signature :
        List.of(
            Signature.ofRAndS(new byte[32], raw, module),
            Signature.ofDer(new byte[32], der, module))) {
      assertThat(s(signature)).isLessThan(ORDER.shiftRight(1));
      assertThat(new PortableSecp256k1().recover(new byte[32], signature)).contains(module);
    }
  }

  @Test
  void aSignatureOfAnotherKeyOrOfSomethingElseIsRefused() {
    PublicKey other = TestKeys.publicKey("other");
    String refusal = "signature leads to another key than ";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.ofRAndS(hash, expected.rAndS(), other))
        .withMessageStartingWith(refusal + other);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.ofDer(hash, der(r(expected), s(expected)), other))
        .withMessageStartingWith(refusal + other);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.ofRAndS(new byte[32], expected.rAndS(), KEY))
        .withMessageStartingWith(refusal + KEY);
  }

  @Test
  void lengthsAndRangesAreNamed() {
    refuses(new byte[31], new byte[64], "hash has 31 bytes, expected 32");
    refuses(hash, new byte[63], "signature has 63 bytes, expected 64: r and s");
    refuses(hash, new byte[65], "signature has 65 bytes, expected 64: r and s");
    refuses(hash, rAndS(BigInteger.ZERO, s(expected)), "r of the signature is out of range");
    refuses(hash, rAndS(ORDER, s(expected)), "r of the signature is out of range");
    refuses(hash, rAndS(r(expected), BigInteger.ZERO), "s of the signature is out of range");
    refuses(hash, rAndS(r(expected), ORDER), "s of the signature is out of range");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.ofDer(hash, der(BigInteger.ZERO, s(expected)), KEY))
        .withMessageStartingWith("r of the signature is out of range");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.ofDer(hash, new byte[73], KEY))
        .withMessage("signature has 73 bytes, expected at most 72 of DER");
  }

  @Test
  void derOfAnotherFormIsRefused() {
    byte[] good = der(r(expected), s(expected));
    String hex = HexFormat.of().formatHex(good);
    for (String wrong :
        List.of(
            "",
            "30",
            "3000",
            hex.substring(0, hex.length() - 2),
            hex + "00",
            "31" + hex.substring(2),
            // The length in two bytes, an indefinite length, one integer, three.
            "3081" + hex.substring(2),
            "3080" + hex.substring(4) + "0000",
            "3003020101",
            "3009020101020101020101",
            // Negative, and with a byte too many.
            "30060201ff020101",
            "300702020001020101",
            // No integers.
            "3006040101040101",
            "30080201013003020101")) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> Signature.ofDer(hash, HexFormat.of().parseHex(wrong), KEY))
          .withMessageEndingWith(" is no DER sequence of two numbers below the order of secp256k1");
    }
  }

  @Test
  void everyOtherBytesAreRefusedAndNeverAnotherFailure() {
    Random random = new Random(3);
    byte[] good = der(r(expected), s(expected));
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = bytes(random, random.nextInt(80));
      if (i % 2 == 0) {
        changed = Arrays.copyOf(good, good.length - (i % 7 == 0 ? random.nextInt(good.length) : 0));
        changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
      }
      byte[] bytes = changed;
      assertThatIllegalArgumentException()
          .as("%s", HexFormat.of().formatHex(bytes))
          .isThrownBy(() -> Signature.ofDer(hash, bytes, KEY));
    }
    assertThatCode(() -> Signature.ofDer(hash, good, KEY)).doesNotThrowAnyException();
  }

  private static void refuses(byte[] hash, byte[] rAndS, String message) {
    assertThatThrownBy(() -> Signature.ofRAndS(hash, rAndS, KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  private static BigInteger r(Signature signature) {
    return new BigInteger(1, signature.r());
  }

  private static BigInteger s(Signature signature) {
    return new BigInteger(1, signature.s());
  }

  private static byte[] rAndS(BigInteger r, BigInteger s) {
    return HexFormat.of().parseHex("%064x%064x".formatted(r, s));
  }

  private static byte[] der(BigInteger r, BigInteger s) {
    try {
      return StandardDSAEncoding.INSTANCE.encode(ORDER, r, s);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
