package io.rollcall.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class ChainIdTests {

  @Test
  void decimalAndHexNameTheSameChain() {
    assertThat(ChainId.parse("55555"))
        .isEqualTo(ChainId.parse("0xd903"))
        .isEqualTo(ChainId.of(55555));
    assertThat(ChainId.of(55555).bytes()).isEqualTo(GoldenVectors.bytes("d903"));
    assertThat(ChainId.of(55555)).hasToString("55555");
    assertThat(ChainId.of(55555).hex()).isEqualTo("d903");
  }

  @Test
  void aNumberWhoseHighBitIsSetGetsNoSignByte() {
    assertThat(ChainId.of(255).bytes()).isEqualTo(GoldenVectors.bytes("ff"));
  }

  @Test
  void leadingZerosAreDroppedOnlyWhenAsked() {
    assertThat(ChainId.normalized(GoldenVectors.bytes("0001"))).isEqualTo(ChainId.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChainId(GoldenVectors.bytes("0001")))
        .withMessage("chain id has a leading zero byte");
  }

  @Test
  void nothingAndZeroAreNoChains() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChainId(ByteString.EMPTY))
        .withMessage("chain id is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChainId.normalized(GoldenVectors.bytes("00")));
    assertThatIllegalArgumentException().isThrownBy(() -> ChainId.parse("0"));
  }

  @Test
  void moreThan256BitsAreRefused() {
    assertThat(new ChainId(GoldenVectors.bytes("ff".repeat(32))).number().bitLength())
        .isEqualTo(256);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChainId(GoldenVectors.bytes("ff".repeat(33))))
        .withMessageContaining("33 bytes");
  }

  @Test
  void textThatIsNoNumberIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChainId.parse("optimism"))
        .withMessageContaining("'optimism'")
        .withMessageContaining("decimal");
  }

  @Test
  void orderIsByNumber() {
    assertThat(ChainId.of(9)).isLessThan(ChainId.of(256));
    assertThat(ChainId.of(0x7f)).isLessThan(ChainId.of(0x80));
  }
}
