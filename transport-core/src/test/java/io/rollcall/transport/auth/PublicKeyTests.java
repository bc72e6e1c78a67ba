package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicKeyTests {

  private static final String GENERATOR =
      "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  private static final String GENERATOR_UNCOMPRESSED =
      "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
          + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

  @Test
  void readsCompressedKeys() {
    PublicKey key = PublicKey.parse(GENERATOR);

    assertThat(key.hex()).isEqualTo(GENERATOR);
    assertThat(key.bytes().size()).isEqualTo(33);
    assertThat(key).hasToString(GENERATOR);
  }

  @Test
  void compressesUncompressedKeysSoThatBothFormsAreEqual() {
    assertThat(PublicKey.parse(GENERATOR_UNCOMPRESSED))
        .isEqualTo(PublicKey.parse(GENERATOR))
        .hasSameHashCodeAs(PublicKey.parse(GENERATOR));
  }

  @Test
  void readsUpperCaseDigits() {
    assertThat(PublicKey.parse(GENERATOR.toUpperCase(Locale.ROOT)).hex()).isEqualTo(GENERATOR);
  }

  @Test
  void derivesTheAddressWithItsChecksum() {
    assertThat(PublicKey.parse(GENERATOR).address())
        .isEqualTo("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    assertThat(
            PublicKey.parse("024bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382")
                .address())
        .isEqualToIgnoringCase("0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          02abc, has 5 hex digits
          0x79be, starts with 0x
          '', has 0 hex digits
          zz, characters that are no hex digits
          # x = 5 is no x of a point
          020000000000000000000000000000000000000000000000000000000000000005, no point of secp256k1
          # x = p
          02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f, no point of secp256k1
          0579be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798, starts with 05
          0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798, starts with 04
          """)
  void saysWhatIsWrongWithAText(String text, String problem) {
    assertThatThrownBy(() -> PublicKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void refusesUncompressedPointsBesideTheCurve() {
    String beside = GENERATOR_UNCOMPRESSED.substring(0, 128) + "b9";

    assertThatThrownBy(() -> PublicKey.parse(beside)).hasMessageContaining("no point of secp256k1");
  }

  @Test
  void refusesTheHybridFormThatTheWireDoesNotKnow() {
    String hybrid = "06" + GENERATOR_UNCOMPRESSED.substring(2);

    assertThatThrownBy(() -> PublicKey.parse(hybrid))
        .hasMessageContaining("starts with 06, expected 04");
  }

  @Test
  void refusesOtherLengths() {
    assertThatThrownBy(() -> PublicKey.of(ByteString.copyFrom(new byte[64])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("public key has 64 bytes, expected 33 (compressed) or 65 (uncompressed)");
  }
}
