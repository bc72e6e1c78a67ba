package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerTextTests {

  @Test
  void keepsWhatCanBeShown() {
    assertThat(PeerText.of("no room: 5 °C, 漢字, 😀")).isEqualTo("no room: 5 °C, 漢字, 😀");
  }

  @Test
  void isOneLineThatReadsOneWay() {
    assertThat(PeerText.of("a\r\nb\tc\u001b[31md\u0085e\u2028f\u202eg\u200bh"))
        .isEqualTo("a??b?c?[31md?e?f?g?h");
  }

  @Test
  void isCutAndNeverLeavesHalfACharacter() {
    assertThat(PeerText.of("x".repeat(256))).hasSize(256);
    assertThat(PeerText.of("x".repeat(257))).isEqualTo("x".repeat(256) + "...");
    assertThat(PeerText.of("x".repeat(255) + "😀")).isEqualTo("x".repeat(255) + "?...");
  }
}
