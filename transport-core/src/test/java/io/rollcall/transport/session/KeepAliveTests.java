package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.session.KeepAlive.Decision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeepAliveTests {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = -5 * SECOND; // Such clocks may be negative.

  private final KeepAlive keepAlive = new KeepAlive(Duration.ofSeconds(30), START);

  @Test
  void pingsEveryFifteenSeconds() {
    assertThat(decideAt(14)).isEqualTo(Decision.WAIT);
    assertThat(decideAt(15)).isEqualTo(Decision.PING);
    keepAlive.pingSent(at(15));
    assertThat(decideAt(16)).isEqualTo(Decision.WAIT);
    assertThat(keepAlive.nanosToNextDecision(at(16))).isEqualTo(14 * SECOND);
    keepAlive.bytesCame(at(29));
    assertThat(decideAt(30)).isEqualTo(Decision.PING);
  }

  @Test
  void knowsHowLongTheOldestPingWaitsForItsAnswer() {
    assertThat(unansweredAt(100)).isZero();
    keepAlive.pingSent(at(15));
    keepAlive.pingSent(at(20));
    assertThat(unansweredAt(21)).isEqualTo(Duration.ofSeconds(6));
    assertThat(keepAlive.pongCame(at(22))).isPresent();
    assertThat(keepAlive.awaitsPong()).isTrue();
    assertThat(unansweredAt(23)).isEqualTo(Duration.ofSeconds(3));
    assertThat(keepAlive.pongCame(at(24))).isPresent();
    assertThat(keepAlive.awaitsPong()).isFalse();
    assertThat(unansweredAt(100)).isZero();
  }

  @Test
  void timeInWhichNothingIsReadDoesNotCountAsUnanswered() {
    keepAlive.pingSent(at(10));
    keepAlive.paused(at(12));
    assertThat(unansweredAt(40)).isZero();
    keepAlive.resumed(at(40));
    assertThat(unansweredAt(41)).isEqualTo(Duration.ofSeconds(3));
    assertThat(keepAlive.pongCame(at(41))).contains(Duration.ofSeconds(31));

    keepAlive.paused(at(50));
    keepAlive.pingSent(at(60));
    keepAlive.resumed(at(70));
    assertThat(unansweredAt(74)).isEqualTo(Duration.ofSeconds(4));
  }

  private Duration unansweredAt(int second) {
    return keepAlive.unanswered(at(second));
  }

  @Test
  void closesFortyFiveSecondsAfterTheLastByte() {
    keepAlive.bytesCame(at(10));
    pingWhileDue(54);
    assertThat(decideAt(54)).isEqualTo(Decision.WAIT);
    assertThat(decideAt(55)).isEqualTo(Decision.CLOSE_SILENT);
  }

  @Test
  void closesAnIncompleteFrameHoweverManyBytesDripIn() {
    keepAlive.frameBegan(at(1));
    for (int second = 2; second < 31; second++) {
      keepAlive.bytesCame(at(second));
      keepAlive.frameBegan(at(second));
      pingWhileDue(second);
      assertThat(decideAt(second)).isEqualTo(Decision.WAIT);
    }
    assertThat(decideAt(31)).isEqualTo(Decision.CLOSE_INCOMPLETE);
    keepAlive.frameCompleted();
    assertThat(decideAt(31)).isNotEqualTo(Decision.CLOSE_INCOMPLETE);
  }

  @Test
  void pingsButNeverClosesWhileReadingIsPaused() {
    keepAlive.frameBegan(at(1));
    keepAlive.paused(at(10));
    pingWhileDue(1000);
    assertThat(decideAt(1000)).isEqualTo(Decision.WAIT);
    keepAlive.resumed(at(1000));
    // 9 of 30 seconds were used up before the pause.
    assertThat(keepAlive.nanosToNextDecision(at(1000))).isLessThanOrEqualTo(21 * SECOND);
    pingWhileDue(1020);
    assertThat(decideAt(1020)).isEqualTo(Decision.WAIT);
    assertThat(decideAt(1021)).isEqualTo(Decision.CLOSE_INCOMPLETE);
  }

  @Test
  void doesNotBlameThePeerWhenThisProcessStoodStill() {
    long wait = keepAlive.nanosToNextDecision(at(0));
    assertThat(wait).isEqualTo(15 * SECOND);
    // The decision planned for second 15 comes in second 300.
    assertThat(decideAt(300)).isEqualTo(Decision.PING);
    keepAlive.pingSent(at(300));
    assertThat(keepAlive.nanosToNextDecision(at(300))).isEqualTo(15 * SECOND);
    assertThat(decideAt(315)).isEqualTo(Decision.PING);
    keepAlive.pingSent(at(315));
    assertThat(keepAlive.nanosToNextDecision(at(315))).isEqualTo(15 * SECOND);
    assertThat(decideAt(330)).isEqualTo(Decision.CLOSE_SILENT);
  }

  @Test
  void matchesPongsByOrder() {
    keepAlive.pingSent(at(15));
    keepAlive.pingSent(at(30));
    assertThat(keepAlive.pongCame(at(31))).contains(Duration.ofSeconds(16));
    assertThat(keepAlive.pongCame(at(32))).contains(Duration.ofSeconds(2));
    assertThat(keepAlive.pongCame(at(33))).isEmpty();
  }

  @Test
  void matchesPongsByOrderThoughMorePingsAreOutThanItRemembers() {
    for (int ping = 0; ping < 65; ping++) {
      keepAlive.pingSent(at(ping));
    }
    for (int pong = 0; pong < 10; pong++) {
      assertThat(keepAlive.pongCame(at(100))).contains(Duration.ofSeconds(100 - pong));
    }
    keepAlive.pingSent(at(101));
    for (int pong = 10; pong < 64; pong++) {
      assertThat(keepAlive.pongCame(at(102))).contains(Duration.ofSeconds(102 - pong));
    }
    assertThat(keepAlive.pongCame(at(102))).as("the 65th").isEmpty();
    assertThat(keepAlive.pongCame(at(102))).as("sent while the 65th was out").isEmpty();
    keepAlive.pingSent(at(103));
    assertThat(keepAlive.pongCame(at(104))).contains(Duration.ofSeconds(1));
  }

  private Decision decideAt(long second) {
    return keepAlive.decide(at(second));
  }

  /** As the caller does: it decides on time and pings when told to. */
  private void pingWhileDue(long untilSecond) {
    for (long second = 0; second <= untilSecond; second++) {
      keepAlive.nanosToNextDecision(at(second));
      if (keepAlive.decide(at(second)) == Decision.PING) {
        keepAlive.pingSent(at(second));
        keepAlive.nanosToNextDecision(at(second));
      }
    }
  }

  private static long at(long second) {
    return START + second * SECOND;
  }
}
