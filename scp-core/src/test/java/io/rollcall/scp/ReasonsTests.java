package io.rollcall.scp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReasonsTests {

  @Test
  void keepsWhatFits() {
    assertThat(Reasons.fit("")).isEmpty();
    assertThat(Reasons.fit("insufficient balance")).isEqualTo("insufficient balance");
    assertThat(Reasons.fit("x".repeat(256))).hasSize(256);
  }

  @Test
  void cutsBeforeTheFirstCharacterThatDoesNotFit() {
    assertThat(Reasons.fit("x".repeat(257))).hasSize(256);
    assertThat(Reasons.fit("x".repeat(255) + "é")).isEqualTo("x".repeat(255));
    assertThat(Reasons.fit("x".repeat(254) + "€")).isEqualTo("x".repeat(254));
    assertThat(Reasons.fit("x".repeat(252) + "😀😀")).isEqualTo("x".repeat(252) + "😀");
    assertThat(Reasons.fit("x".repeat(253) + "😀")).isEqualTo("x".repeat(253));
  }

  @Test
  void isOneLineOfValidText() {
    assertThat(Reasons.fit("a\r\nb\u001b[31m\u0000")).isEqualTo("a  b [31m ");
    assertThat(Reasons.fit("half \ud83d")).isEqualTo("half ?");
  }

  @Test
  void writesDurationsShortly() {
    assertThat(Reasons.text(Duration.ofSeconds(3))).isEqualTo("3s");
    assertThat(Reasons.text(Duration.ofMillis(1500))).isEqualTo("1500ms");
  }
}
