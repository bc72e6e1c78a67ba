package io.rollcall.transport.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.testing.FixedRandom;
import io.rollcall.transport.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ReconnectorTests {

  private final ManualScheduler scheduler = new ManualScheduler();
  private final ScriptedDialer dialer = new ScriptedDialer();
  private final Reconnector<String> reconnector =
      new Reconnector<>(
          dialer,
          new Backoff(RetryPolicy.startingAt(Duration.ofSeconds(5)), FixedRandom.MOST),
          scheduler);

  @Test
  void dialsAtOnceWhenStarted() {
    CompletableFuture<String> connected = reconnector.start(0, () -> {});

    dialer.succeed("first");

    assertThat(connected).isCompletedWithValue("first");
    assertThat(reconnector.current()).contains("first");
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void goesOnAfterEachRoundWithWaitsThatDouble() {
    reconnector.startInBackground();

    assertThat(waitsOfFailures(5, CloseReason.NETWORK_ERROR))
        .containsExactly(5L, 10L, 20L, 40L, 60L);
  }

  @Test
  void dialsEveryAddressOfARoundBeforeItWaits() {
    dialer.addresses = 3;
    reconnector.startInBackground();

    dialer.fail(CloseReason.NETWORK_ERROR);
    dialer.fail(CloseReason.TOO_MANY_PEERS);
    assertThat(scheduler.waiting()).isZero();
    dialer.fail(CloseReason.NETWORK_ERROR);

    assertThat(dialer.dials).isEqualTo(3);
    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(5));
  }

  @Test
  void waitsAtOnceAfterAuthFailureAndThrottled() {
    dialer.addresses = 3;
    reconnector.startInBackground();

    dialer.fail(CloseReason.THROTTLED);
    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(5));
    scheduler.advance(Duration.ofSeconds(5));
    dialer.fail(CloseReason.AUTH_FAILURE);

    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(10));
    assertThat(dialer.dials).isEqualTo(2);
  }

  @Test
  void givesUpAfterTheRetriesItMayMake() {
    CompletableFuture<String> connected = reconnector.start(2, () -> {});

    waitsOfFailures(2, CloseReason.NETWORK_ERROR);
    assertThat(connected).isNotDone();
    dialer.fail(CloseReason.NETWORK_ERROR);

    assertThatThrownBy(connected::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage("NETWORK_ERROR");
    assertThat(dialer.dials).isEqualTo(3);
    assertThat(scheduler.waiting()).isZero();
    assertThat(reconnector.dialling()).isFalse();
  }

  @Test
  void aConnectionThatEndsBeforeItLivedFiveSecondsIsAFailedDial() {
    reconnector.startInBackground();
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      dialer.succeed("c" + i);
      scheduler.advance(Duration.ofSeconds(4));
      reconnector.lost("c" + i, CloseReason.THROTTLED, true);
      waits.add(passWait());
    }

    assertThat(waits).containsExactly(5L, 10L, 20L, 40L, 60L, 60L);
  }

  @Test
  void aShortLivedConnectionLeavesTheOtherAddressesOfTheRoundTheirTurn() {
    dialer.addresses = 2;
    reconnector.startInBackground();

    dialer.succeed("a");
    reconnector.lost("a", CloseReason.REQUESTED, true);

    assertThat(dialer.dials).isEqualTo(2);
    dialer.succeed("b");
    reconnector.lost("b", CloseReason.REQUESTED, true);
    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(5));
  }

  @Test
  void backOffBeginsAnewAfterAGoodConnectionButStillWithAWait() {
    reconnector.startInBackground();
    waitsOfFailures(4, CloseReason.NETWORK_ERROR);
    dialer.succeed("good");
    scheduler.advance(Duration.ofSeconds(5));

    reconnector.lost("good", CloseReason.NETWORK_ERROR, false);

    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(5));
  }

  @Test
  void backOffGoesOnWhenTheServerAskedForTheEnd() {
    reconnector.startInBackground();
    waitsOfFailures(2, CloseReason.NETWORK_ERROR);
    dialer.succeed("good");
    scheduler.advance(Duration.ofSeconds(50));

    reconnector.lost("good", CloseReason.REQUESTED, true);

    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(20));
  }

  @Test
  void backOffBeginsAnewWhenAConnectionLivedLongerThanAnyWait() {
    reconnector.startInBackground();
    waitsOfFailures(4, CloseReason.NETWORK_ERROR);
    dialer.succeed("good");
    scheduler.advance(Duration.ofHours(1));

    reconnector.lost("good", CloseReason.REQUESTED, true);

    assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(5));
  }

  @Test
  void losingTheSameConnectionTwiceOrAnOldOneStartsNoSecondLoop() {
    reconnector.startInBackground();
    dialer.succeed("old");
    reconnector.lost("old", CloseReason.NETWORK_ERROR, false);
    reconnector.lost("old", CloseReason.NETWORK_ERROR, false);
    assertThat(scheduler.waiting()).isEqualTo(1);

    scheduler.advance(Duration.ofSeconds(5));
    dialer.succeed("new");
    reconnector.lost("old", CloseReason.NETWORK_ERROR, false);

    assertThat(reconnector.current()).contains("new");
    assertThat(scheduler.waiting()).isZero();
    assertThat(dialer.dials).isEqualTo(2);
  }

  @Test
  void startingAgainWhileItDialsStartsNoSecondLoop() {
    reconnector.startInBackground();
    reconnector.startInBackground();

    assertThat(dialer.dials).isEqualTo(1);
  }

  @Test
  void stoppingEndsTheWait() {
    reconnector.startInBackground();
    dialer.fail(CloseReason.NETWORK_ERROR);

    assertThat(reconnector.stop()).isEmpty();
    scheduler.advance(Duration.ofMinutes(10));

    assertThat(scheduler.waiting()).isZero();
    assertThat(dialer.dials).isEqualTo(1);
  }

  @Test
  void stoppingGivesTheDialUpAndTurnsAwayWhatItStillBrings() {
    CompletableFuture<String> connected = reconnector.start(0, () -> {});

    reconnector.stop();

    assertThat(dialer.givenUp).isEqualTo(1);
    assertThat(dialer.succeed("late")).isFalse();
    assertThat(reconnector.current()).isEmpty();
    assertThatThrownBy(connected::get).cause().isInstanceOf(NotConnectedException.class);
  }

  @Test
  void stoppingHandsOverTheConnectionAndItsLossIsNoLossThen() {
    var _ = reconnector.start(0, () -> {});
    dialer.succeed("mine");

    assertThat(reconnector.stop()).contains("mine");
    reconnector.lost("mine", CloseReason.REQUESTED, false);

    assertThat(reconnector.current()).isEmpty();
    assertThat(reconnector.dialling()).isFalse();
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void aSuccessAfterAStopBringsAutomaticReconnectionBack() {
    var _ = reconnector.start(0, () -> {});
    dialer.succeed("first");
    reconnector.stop();
    var _ = reconnector.start(0, () -> {});
    dialer.succeed("second");

    reconnector.lost("second", CloseReason.NETWORK_ERROR, false);

    assertThat(reconnector.dialling()).isTrue();
  }

  @Test
  void aCallerTakesOverFromTheBackground() {
    reconnector.startInBackground();
    dialer.fail(CloseReason.NETWORK_ERROR);

    CompletableFuture<String> connected = reconnector.start(0, () -> {});

    assertThat(scheduler.waiting()).isZero();
    assertThat(dialer.dials).isEqualTo(2);
    dialer.succeed("now");
    assertThat(connected).isCompletedWithValue("now");
  }

  @Test
  void refusesASecondCallerAndOneThatIsConnected() {
    var _ = reconnector.start(1, () -> {});
    assertThatThrownBy(() -> reconnector.start(0, () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("client is connecting already");
    dialer.succeed("c");

    assertThatThrownBy(() -> reconnector.start(0, () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("client already connected");
  }

  @Test
  void theFirstAnswerOfADialCounts() {
    reconnector.startInBackground();
    Dialer.Attempt<String> first = dialer.attempts.getFirst();
    first.failed(new TransportException(CloseReason.NETWORK_ERROR, "first"));
    first.failed(new TransportException(CloseReason.NETWORK_ERROR, "again"));

    assertThat(first.succeeded("late")).isFalse();
    assertThat(scheduler.waiting()).isEqualTo(1);
  }

  private List<Long> waitsOfFailures(int count, CloseReason reason) {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      dialer.fail(reason);
      waits.add(passWait());
    }
    return waits;
  }

  /** Lets the one wait that there is pass, in seconds. */
  private long passWait() {
    assertThat(scheduler.waiting()).isEqualTo(1);
    Duration wait = scheduler.nextIn().orElseThrow();
    int before = dialer.dials;
    scheduler.advance(wait.minusNanos(1));
    assertThat(dialer.dials).isEqualTo(before);
    scheduler.advance(Duration.ofNanos(1));
    assertThat(dialer.dials).isEqualTo(before + 1);
    return wait.toSeconds();
  }

  /** Answers when the test says so; fails a test in which two dials are under way. */
  private static final class ScriptedDialer implements Dialer<String> {

    int addresses = 1;
    int dials;
    int givenUp;
    private int turnsLeft;
    private final Deque<Attempt<String>> attempts = new ArrayDeque<>();

    @Override
    public Runnable dial(Attempt<String> attempt) {
      assertThat(attempts).as("dials under way").isEmpty();
      dials++;
      turnsLeft--;
      attempts.add(attempt);
      return () -> givenUp++;
    }

    @Override
    public boolean roundOver() {
      return turnsLeft <= 0;
    }

    @Override
    public void newRound() {
      turnsLeft = addresses;
    }

    boolean succeed(String connection) {
      return attempts.removeFirst().succeeded(connection);
    }

    void fail(CloseReason reason) {
      attempts.removeFirst().failed(new TransportException(reason, reason.name()));
    }
  }
}
