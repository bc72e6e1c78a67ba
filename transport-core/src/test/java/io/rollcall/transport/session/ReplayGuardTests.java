package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.transport.session.ReplayGuard.Verdict;
import io.rollcall.transport.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReplayGuardTests {

  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final Instant START = Instant.ofEpochSecond(1_700_000_000L);
  private static final ByteString A = key(1);
  private static final ByteString B = key(2);

  private final ManualClock clock = new ManualClock(START);
  private final Map<ByteString, Long> atStart = new HashMap<>();
  private final ReplayGuard guard = new ReplayGuard(SKEW, new Marks(), clock);

  @Test
  void takesAHelloOnce() {
    assertThat(take(A, START, 1)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START, 1)).isEqualTo(Verdict.USED_BEFORE);
  }

  @Test
  void aHelloIsItsKeyItsTimestampAndItsNonce() {
    assertThat(take(A, START, 1)).isEqualTo(Verdict.FRESH);
    assertThat(take(B, START, 1)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START.plusNanos(1), 1)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START, 2)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START, 2)).isEqualTo(Verdict.USED_BEFORE);
  }

  @Test
  void remembersAHelloForAsLongAsItsTimestampIsValid() {
    Instant ahead = START.plus(SKEW);
    assertThat(take(A, ahead, 1)).isEqualTo(Verdict.FRESH);

    clock.advance(SKEW.multipliedBy(2));
    assertThat(take(A, ahead, 1)).isEqualTo(Verdict.USED_BEFORE);
    clock.advance(Duration.ofNanos(1));
    assertThat(take(A, ahead, 1)).isEqualTo(Verdict.TOO_OLD_AND_PASSED);
    assertThat(guard.remembered()).isZero();
  }

  @Test
  void refusesOutsideTheWindow() {
    assertThat(take(A, START.plus(SKEW), 1)).isEqualTo(Verdict.FRESH);
    assertThat(take(B, START.minus(SKEW), 1)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START.plus(SKEW).plusNanos(1), 2)).isEqualTo(Verdict.TOO_FAR_AHEAD);
    assertThat(take(key(3), START.minus(SKEW).minusNanos(1), 2)).isEqualTo(Verdict.TOO_OLD);
    assertThat(guard.remembered()).isEqualTo(2);
  }

  @Test
  void aClockThatGoesBackBringsNoForgottenHelloBack() {
    take(A, START, 1);
    clock.advance(Duration.ofMinutes(5));
    take(B, START.plus(Duration.ofMinutes(5)), 1);
    assertThat(guard.remembered()).isOne();

    clock.advance(Duration.ofMinutes(-5));

    assertThat(take(A, START, 1)).isEqualTo(Verdict.USED_BEFORE);
    assertThat(take(A, START.plusNanos(1), 1)).isEqualTo(Verdict.FRESH);
  }

  @Test
  void refusesATrustedKeyUpToItsMarkOfAnEarlierProcess() {
    atStart.put(A, nanos(START));

    assertThat(take(A, START.minusNanos(1), 1)).isEqualTo(Verdict.NOT_AFTER_LAST);
    assertThat(take(A, START, 2)).isEqualTo(Verdict.NOT_AFTER_LAST);
    assertThat(take(A, START.plusNanos(2), 3)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START.plusNanos(1), 4)).isEqualTo(Verdict.FRESH);
    assertThat(take(B, START.minusNanos(1), 1)).isEqualTo(Verdict.FRESH);
  }

  @Test
  void atTheBoundOfAKeyItRefusesAndForgetsNothing() {
    for (int i = 0; i < ReplayGuard.MOST_PER_KEY; i++) {
      assertThat(take(A, START.plusNanos(i), i)).isEqualTo(Verdict.FRESH);
    }

    assertThat(take(A, START.plusNanos(-1), -1)).isEqualTo(Verdict.TOO_MANY);
    assertThat(take(A, START, 0)).isEqualTo(Verdict.USED_BEFORE);
    assertThat(take(B, START, 0)).isEqualTo(Verdict.FRESH);
    clock.advance(SKEW.plusNanos(1));
    assertThat(take(A, START.plusSeconds(1), -1)).isEqualTo(Verdict.FRESH);
    assertThat(take(A, START.plusSeconds(1), -2)).isEqualTo(Verdict.TOO_MANY);
  }

  @Test
  void unknownKeysShareOneBoundAndDoNotTouchTrustedOnes() {
    for (int i = 0; i < ReplayGuard.MOST_OF_UNKNOWN_KEYS; i++) {
      assertThat(takeUnknown(key(100 + i))).isEqualTo(Verdict.FRESH);
    }

    assertThat(takeUnknown(key(99))).isEqualTo(Verdict.TOO_MANY);
    assertThat(take(A, START, 1)).isEqualTo(Verdict.FRESH);
    clock.advance(SKEW.plusNanos(1));
    assertThat(take(B, START.plus(SKEW), 1)).isEqualTo(Verdict.FRESH);
    assertThat(guard.remembered()).isOne();
    assertThat(guard.keys()).as("trusted ones alone").isEqualTo(2);
  }

  @Test
  void refusedHellosLeaveNothing() {
    guard.take(A, false, nanos(START.plus(SKEW).plusNanos(1)), nonce(1));
    guard.take(A, true, nanos(START.minus(SKEW).minusNanos(1)), nonce(1));

    assertThat(guard.remembered()).isZero();
    assertThat(guard.keys()).isZero();
  }

  @Test
  void ofEqualHellosOnManyThreadsOneIsFresh() throws Exception {
    int threads = 8;
    int rounds = 200;
    CyclicBarrier together = new CyclicBarrier(threads);
    Callable<Integer> taker =
        () -> {
          int fresh = 0;
          for (int round = 0; round < rounds; round++) {
            together.await(10, TimeUnit.SECONDS);
            if (take(A, START, round) == Verdict.FRESH) {
              fresh++;
            }
          }
          return fresh;
        };
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> takers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        takers.add(pool.submit(taker));
      }
      int fresh = 0;
      for (Future<Integer> each : takers) {
        fresh += each.get(30, TimeUnit.SECONDS);
      }
      assertThat(fresh).isEqualTo(rounds);
    }
  }

  private Verdict take(ByteString key, Instant at, int nonce) {
    return guard.take(key, true, nanos(at), nonce(nonce)).verdict();
  }

  private Verdict takeUnknown(ByteString key) {
    return guard.take(key, false, nanos(START), nonce(1)).verdict();
  }

  private static long nanos(Instant at) {
    return SignedHello.nanos(at);
  }

  private static ByteString key(int number) {
    return ByteString.fromHex("02%064x".formatted(number));
  }

  private static ByteString nonce(int number) {
    return ByteString.fromHex("%032x".formatted(number & 0xffffffffL));
  }

  private final class Marks implements ReplayMarks {

    @Override
    public OptionalLong atStart(ByteString key) {
      Long mark = atStart.get(key);
      return mark == null ? OptionalLong.empty() : OptionalLong.of(mark);
    }

    @Override
    public CompletionStage<Void> record(ByteString key, long timestamp) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }
  }
}
