package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.testing.LogCapture;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AcceptWatchTests {

  private final AtomicLong now = new AtomicLong();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AcceptWatch watch =
      new AcceptWatch(new MicrometerTransportMetrics(meters), now::get);
  private final EmbeddedChannel listening = new EmbeddedChannel(watch);

  @Test
  void acceptsNothingForASecondAfterAFailure() {
    listening.freezeTime();
    fail("Too many open files");
    assertThat(listening.config().isAutoRead()).isFalse();
    pass(Duration.ofMillis(999));
    assertThat(listening.config().isAutoRead()).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(listening.config().isAutoRead()).isTrue();
  }

  @Test
  void tellsTheProblemUntilNothingFailedForAWhile() {
    assertThat(watch.problem()).isEmpty();
    fail("Too many open files");
    assertThat(watch.problem()).contains("too many open files");
    pass(Duration.ofMillis(2900));
    fail("Too many open files");
    pass(Duration.ofMillis(2999));
    assertThat(watch.problem()).contains("too many open files");
    pass(Duration.ofMillis(1));
    assertThat(watch.problem()).isEmpty();
  }

  /** On a busy machine the next attempt may come long after its time. */
  @Test
  void aRetryThatComesLateIsNotTakenForSuccess() {
    fail("Too many open files");
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(watch.problem()).as("nobody has tried").contains("too many open files");
    passAtOnce(Duration.ofSeconds(1));
    assertThat(watch.problem()).as("it was tried just now").contains("too many open files");
    pass(Duration.ofSeconds(2));
    assertThat(watch.problem()).isEmpty();
  }

  @Test
  void countsEveryFailureAndLogsFew() {
    try (LogCapture log = LogCapture.of(AcceptWatch.class)) {
      for (int i = 0; i < 15; i++) {
        fail("Too many open files");
        pass(Duration.ofSeconds(1));
      }
      pass(Duration.ofSeconds(5));
      listening.writeInbound("accepted");
      assertThat(log.lines())
          .containsExactly(
              "cannot accept connections, trying again every second (1 failures so far): too many open files",
              "cannot accept connections, trying again every second (11 failures so far): too many open files",
              "accepts connections again, after 15 failures");
    }
    assertThat(
            meters
                .get(TransportMeters.ERRORS.meterName())
                .tag("operation", "accept")
                .tag("type", "network_error")
                .counter()
                .count())
        .isEqualTo(15);
  }

  @Test
  void doesNotPauseForAConnectionThatWentAwayBeforeItWasAccepted() {
    fail("Software caused connection abort");
    assertThat(listening.config().isAutoRead()).isTrue();
    assertThat(watch.problem()).isEmpty();
  }

  private void fail(String words) {
    listening.pipeline().fireExceptionCaught(new IOException("accept(..) failed: " + words));
    // It goes no further: Netty would log it again, with its stack.
    listening.checkException();
  }

  /** At most a second at a time, so that what is due then does not come late. */
  private void pass(Duration time) {
    long second = Duration.ofSeconds(1).toNanos();
    for (long left = time.toNanos(); left > 0; left -= second) {
      passAtOnce(Duration.ofNanos(Math.min(left, second)));
    }
  }

  private void passAtOnce(Duration time) {
    now.addAndGet(time.toNanos());
    listening.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    listening.runScheduledPendingTasks();
  }
}
