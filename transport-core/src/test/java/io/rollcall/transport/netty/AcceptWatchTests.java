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

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
    listening.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    listening.runScheduledPendingTasks();
  }
}
