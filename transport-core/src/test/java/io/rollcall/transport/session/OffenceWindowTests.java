package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffenceWindowTests {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = -30 * SECOND; // Such clocks may be negative.

  private final OffenceWindow window = new OffenceWindow();

  @Test
  void countsWhatHappenedInTheLastMinute() {
    assertThat(window.add(START, 10)).isEqualTo(1);
    assertThat(window.add(START + 30 * SECOND, 10)).isEqualTo(2);
    assertThat(window.add(START + 60 * SECOND - 1, 10)).isEqualTo(3);
    assertThat(window.add(START + 60 * SECOND, 10)).as("the first is a minute old").isEqualTo(3);
    assertThat(window.add(START + 1000 * SECOND, 10)).isEqualTo(1);
  }

  @Test
  void slidesSoThatNineInAnyMinuteAreNineForEver() {
    for (long i = 0; i < 500; i++) {
      assertThat(window.add(START + i * 60 * SECOND / 9 + i, 10)).isLessThanOrEqualTo(9);
    }
  }

  @Test
  void remembersNoMoreThanItTellsApart() {
    for (int i = 1; i <= 3; i++) {
      assertThat(window.add(START, 3)).isEqualTo(i);
    }
    assertThat(window.add(START + SECOND, 3)).isEqualTo(3);
    assertThat(window.add(START + 60 * SECOND, 3)).as("two at the start, one after").isEqualTo(2);
  }
}
