package io.rollcall.transport.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.testing.FixedRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTests {

  private static final RetryPolicy FIVE_SECONDS = RetryPolicy.startingAt(Duration.ofSeconds(5));

  @Test
  void theMostAWaitMayTakeDoublesUpToAMinute() {
    Backoff backoff = new Backoff(FIVE_SECONDS, FixedRandom.MOST);

    assertThat(waits(backoff, 7)).containsExactly(seconds(5, 10, 20, 40, 60, 60, 60));
  }

  @Test
  void jitterIsFullSoTheLeastIsNothing() {
    Backoff backoff = new Backoff(FIVE_SECONDS, FixedRandom.LEAST);

    assertThat(waits(backoff, 3)).containsExactly(seconds(0, 0, 0));
  }

  @Test
  void twoClientsDoNotWaitEquallyLong() {
    Backoff one = new Backoff(FIVE_SECONDS, new Random(1));
    Backoff other = new Backoff(FIVE_SECONDS, new Random(2));

    assertThat(waits(one, 5)).doesNotContainAnyElementsOf(waits(other, 5));
  }

  @Test
  void afterAuthFailureNoWaitIsShorterThanFiveSeconds() {
    Backoff least = new Backoff(FIVE_SECONDS, FixedRandom.LEAST);
    Backoff most = new Backoff(FIVE_SECONDS, FixedRandom.MOST);

    assertThat(least.next(CloseReason.AUTH_FAILURE)).isEqualTo(Duration.ofSeconds(5));
    assertThat(least.next(CloseReason.NETWORK_ERROR)).isZero();
    assertThat(most.next(CloseReason.AUTH_FAILURE)).isEqualTo(Duration.ofSeconds(5));
    assertThat(most.next(CloseReason.AUTH_FAILURE)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void resetBeginsAtTheFirstDelayAgain() {
    Backoff backoff = new Backoff(FIVE_SECONDS, FixedRandom.MOST);
    waits(backoff, 4);

    backoff.reset();

    assertThat(waits(backoff, 2)).containsExactly(seconds(5, 10));
  }

  @Test
  void aFirstDelayAboveAMinuteIsKept() {
    Backoff backoff = new Backoff(RetryPolicy.startingAt(Duration.ofMinutes(5)), FixedRandom.MOST);

    assertThat(waits(backoff, 3)).containsExactly(seconds(300, 300, 300));
  }

  @Test
  void aNewPolicyHoldsFromTheNextWaitOn() {
    Backoff backoff = new Backoff(FIVE_SECONDS, FixedRandom.MOST);
    waits(backoff, 1);

    backoff.setPolicy(RetryPolicy.startingAt(Duration.ofSeconds(1)));

    assertThat(waits(backoff, 2)).containsExactly(seconds(2, 4));
  }

  @Test
  void refusesADelayOfNothing() {
    assertThatThrownBy(() -> RetryPolicy.startingAt(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected more than 0");
  }

  private static List<Duration> waits(Backoff backoff, int count) {
    return Stream.generate(() -> backoff.next(CloseReason.NETWORK_ERROR)).limit(count).toList();
  }

  private static Duration[] seconds(long... values) {
    return Arrays.stream(values).mapToObj(Duration::ofSeconds).toArray(Duration[]::new);
  }
}
