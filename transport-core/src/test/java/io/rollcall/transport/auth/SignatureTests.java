package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTests {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void acceptsEveryRecoveryId(int recoveryId) {
    assertThat(Signature.of(new byte[64], recoveryId).recoveryId()).isEqualTo(recoveryId);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 27, 28, 255})
  void refusesOtherRecoveryIds(int recoveryId) {
    assertThatThrownBy(() -> Signature.of(new byte[64], recoveryId))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("signature has recovery id " + recoveryId + ", expected 0 to 3");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64, 66})
  void refusesOtherLengths(int length) {
    assertThatThrownBy(() -> new Signature(ByteString.copyFrom(new byte[length])))
        .hasMessage("signature has " + length + " bytes, expected 65");
  }

  @Test
  void splitsIntoItsParts() {
    byte[] rAndS = new byte[64];
    rAndS[31] = 1;
    rAndS[63] = 2;
    Signature signature = Signature.of(rAndS, 1);

    assertThat(signature.r()).hasSize(32).endsWith(1);
    assertThat(signature.s()).hasSize(32).endsWith(2);
    assertThat(signature.rAndS()).isEqualTo(rAndS);
  }
}
