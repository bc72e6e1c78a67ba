package io.rollcall.publisher.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StartReportTests {

  private static final OptionalInt NO_LIMIT = OptionalInt.empty();

  @Test
  void saysThatStateIsInMemory() {
    assertThat(new StartReport(List.of(), false, NO_LIMIT).warnings())
        .singleElement()
        .asString()
        .startsWith("State is in memory");
  }

  @Test
  void namesTrustedIdentitiesWithoutChainsInOneLine() {
    assertThat(new StartReport(List.of("a", "b"), true, NO_LIMIT).warnings())
        .singleElement()
        .asString()
        .endsWith("every chain that nobody is bound to: a, b");
  }

  @Test
  void isSilentWhenNothingIsGivenAway() {
    assertThat(new StartReport(List.of(), true, NO_LIMIT).warnings()).isEmpty();
  }

  @Test
  void saysHowManyXtsASmallHeapRemembers() {
    assertThat(new StartReport(List.of(), true, OptionalInt.of(159_783)).warnings())
        .singleElement()
        .asString()
        .contains("publisher.retention.count", "the last 159783 finished XTs", "-Xmx");
  }
}
