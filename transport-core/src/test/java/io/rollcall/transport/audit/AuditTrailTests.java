package io.rollcall.transport.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.logging.LogQuota;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who attacks is written down, and can neither fill the log nor hold up who writes. */
@Timeout(60)
class AuditTrailTests {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final AtomicLong now = new AtomicLong();
  private final Queue<AuditEvent> heard = new ConcurrentLinkedQueue<>();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch free = new CountDownLatch(1);
  private final LogCapture log = LogCapture.of(AuditLog.LOGGER);

  @AfterEach
  void restoreLog() {
    free.countDown();
    log.close();
  }

  @Test
  void warnsOfTheFirstOfAKindInAWindowAndThenSaysHowManyItKeptBack() {
    AuditTrail trail = trail(heard::add);
    for (int i = 0; i < LogQuota.USUAL + 5; i++) {
      trail.audit(AuditEvents.refused("no. " + i));
    }
    assertThat(log.lines(Level.WARN)).hasSize(LogQuota.USUAL);
    assertThat(log.lines(Level.WARN)).last().asString().endsWith("text=\"no. 19\"");
    assertThat(log.lines(Level.DEBUG)).hasSize(5);

    now.set(LogQuota.WINDOW_NANOS);
    trail.audit(AuditEvents.refused("later"));
    trail.audit(AuditEvents.refused("last"));
    assertThat(log.lines(Level.WARN).reversed().get(1)).endsWith("text=\"later\" kept-back=\"5\"");
    assertThat(log.lines(Level.WARN)).last().asString().endsWith("text=\"last\"");
    trail.close(LONG);
    assertThat(heard).hasSize(LogQuota.USUAL + 7);
  }

  @Test
  void aFloodOfOneKindHidesNoOther() {
    AuditTrail trail = trail(heard::add);
    for (int i = 0; i < 1000; i++) {
      trail.audit(AuditEvents.refused("no. " + i));
    }
    trail.audit(AuditEvents.replaced());
    trail.audit(AuditEvents.offence("voted for chain 7"));
    trail.audit(AuditEvents.throttled());
    trail.audit(AuditEvents.trustChanged());
    trail.audit(AuditEvents.trustWithdrawn());
    trail.close(LONG);

    assertThat(log.lines(Level.WARN))
        .hasSize(LogQuota.USUAL + 5)
        .anyMatch(line -> line.contains("event=\"connection-replaced\""))
        .anyMatch(line -> line.contains("event=\"offence\""))
        .anyMatch(line -> line.contains("event=\"address-throttled\""))
        .anyMatch(line -> line.contains("event=\"trust-changed\""))
        .anyMatch(line -> line.contains("event=\"trust-withdrawn\""));
  }

  @Test
  void theListenerHearsOfEachInOrderAndOffTheCallersThread() {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    AuditTrail trail =
        trail(event -> {
          threads.add(Thread.currentThread());
          heard.add(event);
        });
    trail.audit(AuditEvents.refused("one"));
    trail.audit(AuditEvents.replaced());
    trail.audit(AuditEvents.refused("three"));
    trail.close(LONG);

    assertThat(heard)
        .containsExactly(
            AuditEvents.refused("one"), AuditEvents.replaced(), AuditEvents.refused("three"));
    assertThat(threads).doesNotContain(Thread.currentThread());
  }

  @Test
  void aListenerThatThrowsHearsOfTheNextAllTheSame() {
    AuditTrail trail =
        trail(event -> {
          heard.add(event);
          throw new IllegalStateException("on purpose");
        });
    for (int i = 0; i < 30; i++) {
      trail.audit(AuditEvents.throttled());
    }
    trail.close(LONG);

    assertThat(heard).hasSize(30);
    assertThat(log.lines(Level.ERROR)).hasSize(LogQuota.USUAL);
  }

  @Test
  void atTheBoundEventsAreInTheLogAloneAndALineSaysHowMany() throws Exception {
    AuditTrail trail = trail(this::waitOnce);
    trail.audit(AuditEvents.refused("first"));
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < AuditTrail.MOST_WAITING; i++) {
      trail.audit(AuditEvents.refused("waits"));
    }
    assertThat(missed()).isEmpty();

    for (int i = 0; i < 7; i++) {
      trail.audit(AuditEvents.replaced());
    }
    assertThat(missed()).singleElement().asString().startsWith("1 audit events");
    assertThat(log.lines(Level.WARN)).filteredOn(line -> line.contains("replaced")).hasSize(7);
    now.set(LogQuota.WINDOW_NANOS);
    trail.audit(AuditEvents.replaced());
    assertThat(missed()).last().asString().startsWith("7 audit events");

    free.countDown();
    trail.close(LONG);
    assertThat(heard).hasSize(AuditTrail.MOST_WAITING + 1).doesNotContain(AuditEvents.replaced());
  }

  @Test
  void aStopDoesNotWaitForAListenerThatHangs() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    AuditTrail trail =
        trail(event -> {
          heard.add(event);
          busy.countDown();
          try {
            free.await();
          } catch (InterruptedException stopped) {
            interrupted.countDown();
            Thread.currentThread().interrupt();
          }
        });
    trail.audit(AuditEvents.refused("first"));
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    trail.audit(AuditEvents.refused("second"));
    trail.close(Duration.ofMillis(1));

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(heard).containsExactly(AuditEvents.refused("first"));
    assertThat(log.lines(Level.WARN)).last().asString().contains("1 events are in the log alone");
    trail.audit(AuditEvents.refused("after"));
    assertThat(missed()).hasSize(1);
    trail.close(LONG);
  }

  @Test
  void aCallerGoesOnWhileTheListenerIsBusy() throws Exception {
    AuditTrail trail = trail(this::waitOnce);
    trail.audit(AuditEvents.refused("first"));
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    trail.audit(AuditEvents.refused("second"));
    assertThat(heard).isEmpty();

    free.countDown();
    Await.until("both are heard", () -> heard.size() == 2);
    trail.close(LONG);
  }

  private void waitOnce(AuditEvent event) {
    busy.countDown();
    try {
      free.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    heard.add(event);
  }

  private List<String> missed() {
    return log.lines(Level.WARN).stream()
        .filter(line -> line.contains("could not be given"))
        .toList();
  }

  private AuditTrail trail(AuditListener listener) {
    return new AuditTrail(listener, now::get);
  }
}
