package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.service.testing.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BacklogTests {

  private static final Duration PATIENT = Duration.ofMinutes(1);

  private final Backlog<String> backlog = new Backlog<>(10, 6, Duration.ofDays(1));

  @Test
  void whatWaitsIsTakenInItsOrder() throws Exception {
    backlog.put("one", 1);
    backlog.put("two", 1);
    assertThat(backlog.take(PATIENT)).containsExactly("one", "two");
  }

  @Test
  void noMoreThanAShareIsTakenAtOnce() throws Exception {
    backlog.put("one", 4);
    backlog.put("two", 2);
    backlog.put("three", 1);
    assertThat(backlog.take(PATIENT)).containsExactly("one", "two");
    assertThat(backlog.take(PATIENT)).containsExactly("three");
  }

  @Test
  void whatIsMoreThanAShareIsTakenAlone() throws Exception {
    backlog.put("large", 100);
    assertThat(backlog.isFull()).isTrue();
    assertThat(backlog.take(PATIENT)).containsExactly("large");
    assertThat(backlog.isFull()).isFalse();
  }

  @Test
  void whoPutsWaitsForRoom() throws Exception {
    backlog.put("one", 6);
    backlog.put("two", 4);
    Running<Void> third =
        start(() -> {
          backlog.put("three", 1);
          return null;
        });
    assertThat(backlog.isFull()).isTrue();
    Waiting.until("the third waits", third::waits);

    assertThat(backlog.take(PATIENT)).containsExactly("one");

    third.result();
    assertThat(backlog.take(PATIENT)).containsExactly("two", "three");
  }

  @Test
  void isFullWhileSomebodyWaitsForMoreRoomThanThereIs() throws Exception {
    backlog.put("one", 6);
    assertThat(backlog.isFull()).isFalse();
    Running<Void> second =
        start(() -> {
          backlog.put("two", 5);
          return null;
        });
    Waiting.until("the second waits", second::waits);
    assertThat(backlog.isFull()).isTrue();

    assertThat(backlog.take(PATIENT)).containsExactly("one");

    second.result();
    assertThat(backlog.isFull()).isFalse();
  }

  @Test
  void whoTakesWaitsForTheFirst() throws Exception {
    Running<List<String>> taken = start(() -> backlog.take(PATIENT));
    Waiting.until("it waits", taken::waits);
    backlog.put("one", 6);
    assertThat(taken.result()).containsExactly("one");
  }

  @Test
  void whoTakesGetsNothingWhenNothingCame() throws Exception {
    assertThat(backlog.take(Duration.ZERO)).isEmpty();
    assertThat(backlog.isDone()).isFalse();
  }

  @Test
  void underLoadItGathersForLongerThanAMoment() throws Exception {
    Duration longest = Backlog.MOMENT.multipliedBy(5);
    Backlog<Integer> loaded = new Backlog<>(1_000_000, 1_000_000, longest);
    Running<List<Integer>> taken = start(() -> loaded.take(PATIENT));
    Waiting.until("it waits", taken::waits);
    long started = System.nanoTime();
    int put = 0;
    while (!taken.isDone()) {
      loaded.put(put++, 1);
      // Thousands in a moment, and yet no share.
      long next = System.nanoTime() + 20_000;
      while (System.nanoTime() < next) {
        Thread.onSpinWait();
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .isGreaterThan(Backlog.MOMENT.multipliedBy(2));
    assertThat(taken.result()).startsWith(0, 1, 2).hasSizeGreaterThan(2 * Backlog.MANY);
  }

  @Test
  void whatWaitsIsTakenAtTheEndAndThenItIsDone() throws Exception {
    backlog.put("one", 1);
    backlog.close();
    assertThat(backlog.isDone()).isFalse();
    assertThat(backlog.take(PATIENT)).containsExactly("one");
    assertThat(backlog.take(PATIENT)).isEmpty();
    assertThat(backlog.isDone()).isTrue();
  }

  @Test
  void theEndWakesWhoWaitsForTheFirst() throws Exception {
    Running<List<String>> taken = start(() -> backlog.take(PATIENT));
    Waiting.until("it waits", taken::waits);
    backlog.close();
    assertThat(taken.result()).isEmpty();
  }

  private record Running<T>(Thread thread, FutureTask<T> task) {

    boolean waits() {
      return thread.getState() == Thread.State.WAITING
          || thread.getState() == Thread.State.TIMED_WAITING;
    }

    boolean isDone() {
      return task.isDone();
    }

    T result() throws Exception {
      return task.get(30, TimeUnit.SECONDS);
    }
  }

  private static <T> Running<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    return new Running<>(Thread.ofPlatform().daemon().start(task), task);
  }
}
