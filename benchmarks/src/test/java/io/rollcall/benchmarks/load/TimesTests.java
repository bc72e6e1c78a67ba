package io.rollcall.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimesTests {

  @Test
  void givesBackInOrderWhateverHowItGrew() {
    Times times = new Times();
    ArrayDeque<Long> expected = new ArrayDeque<>();
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      if (expected.isEmpty() || random.nextInt(5) < 3) {
        times.add(i);
        expected.add((long) i);
      } else {
        assertThat(times.take()).isEqualTo(expected.remove());
      }
    }
    while (!expected.isEmpty()) {
      assertThat(times.take()).isEqualTo(expected.remove());
    }
  }

  @Test
  void anAnswerToNothingIsAFault() {
    assertThatIllegalStateException().isThrownBy(() -> new Times().take());
  }
}
