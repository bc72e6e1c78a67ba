package io.rollcall.publisher.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StartReportTests {

  @Test
  void saysThatStateIsInMemory() {
    assertThat(new StartReport(List.of(), false).warnings())
        .singleElement()
        .asString()
        .startsWith("State is in memory");
  }

  @Test
  void namesTrustedIdentitiesWithoutChainsInOneLine() {
    assertThat(new StartReport(List.of("a", "b"), true).warnings())
        .singleElement()
        .asString()
        .endsWith("every chain that nobody is bound to: a, b");
  }

  @Test
  void isSilentWhenNothingIsGivenAway() {
    assertThat(new StartReport(List.of(), true).warnings()).isEmpty();
  }
}
