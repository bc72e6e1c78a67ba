package io.rollcall.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PaceTests {

  @Test
  void theFirstIsDueAtOnceAndTheNextAfterItsShareOfASecond() {
    Pace pace = new Pace(100, 1_000_000);
    assertThat(pace.isDue(99)).isFalse();
    assertThat(pace.isDue(100)).isTrue();
    assertThat(pace.take()).isEqualTo(100);
    assertThat(pace.next()).isEqualTo(1_100);
    assertThat(pace.isDue(1_099)).isFalse();
    assertThat(pace.isDue(1_100)).isTrue();
  }

  @Test
  void whatWasMissedIsDueAtItsOwnTime() {
    Pace pace = new Pace(0, 1_000);
    long late = 5_000_000;
    for (long due = 0; due <= late; due += 1_000_000) {
      assertThat(pace.isDue(late)).isTrue();
      assertThat(pace.take()).isEqualTo(due);
    }
    assertThat(pace.isDue(late)).isFalse();
  }

  @Test
  void aRateThatIsNoWholeNumberOfNanosecondsDoesNotDrift() {
    Pace pace = new Pace(0, 3);
    for (int i = 0; i < 3_000; i++) {
      pace.take();
    }
    assertThat(pace.next()).isEqualTo(1_000_000_000_000L);
  }

  @Test
  void aRateOfNothingIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Pace(0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Pace(0, Double.NaN));
  }
}
