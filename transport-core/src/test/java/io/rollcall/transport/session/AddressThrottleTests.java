package io.rollcall.transport.session;

import static io.rollcall.transport.session.AddressThrottle.Verdict.ALLOWED;
import static io.rollcall.transport.session.AddressThrottle.Verdict.THROTTLED;
import static io.rollcall.transport.session.AddressThrottle.Verdict.THROTTLED_FIRST;
import static io.rollcall.transport.session.NetworkAddressTests.network;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.ThrottleSettings;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AddressThrottleTests {

  private static final NetworkAddress A = network("192.0.2.1");
  private static final NetworkAddress B = network("192.0.2.2");

  // Near the end of the range, so that it runs over.
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 2_000_000_000L);
  private final AddressThrottle throttle = throttle(new ThrottleSettings(5, 50, false));

  @Test
  void tenSequencersBehindOneAddressConnectAtOnce() {
    take(A, 10);
    assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
  }

  @Test
  void aBurstIsAllowedAndThenTheRate() {
    take(A, 50);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED_FIRST);
    pass(Duration.ofMillis(199));
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED);
    pass(Duration.ofMillis(1));
    assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED);
    pass(Duration.ofSeconds(1));
    take(A, 5);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED);
  }

  @Test
  void aRefusedAttemptTakesNoToken() {
    take(A, 50);
    for (int i = 0; i < 1000; i++) {
      assertThat(throttle.attempt(A)).isNotEqualTo(ALLOWED);
    }
    pass(Duration.ofMillis(200));
    assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
  }

  @Test
  void aFailedHandshakeTakesAnotherToken() {
    for (int i = 0; i < 25; i++) {
      assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
      throttle.failed(A);
    }
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED_FIRST);
  }

  @Test
  void aBucketIsNeverLessThanEmpty() {
    take(A, 50);
    for (int i = 0; i < 1000; i++) {
      throttle.failed(A);
    }
    pass(Duration.ofMillis(200));
    assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
  }

  @Test
  void aTokenThatIsGivenBackMayBeTakenAgain() {
    take(A, 50);
    throttle.giveBack(A);
    assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED_FIRST);
  }

  @Test
  void addressesDoNotTakeFromEachOther() {
    take(A, 50);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED_FIRST);
    take(B, 50);
    assertThat(throttle.attempt(B)).isEqualTo(THROTTLED_FIRST);
  }

  @Test
  void saysOnceThatAnAddressIsThrottledUntilItWasQuiet() {
    take(A, 50);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED_FIRST);
    for (int i = 0; i < 20; i++) {
      pass(Duration.ofMillis(200));
      assertThat(throttle.attempt(A)).isEqualTo(ALLOWED);
      assertThat(throttle.attempt(A)).isEqualTo(THROTTLED);
    }
    pass(Duration.ofSeconds(10));
    take(A, 50);
    assertThat(throttle.attempt(A)).isEqualTo(THROTTLED_FIRST);
  }

  @Test
  void rateZeroIsOff() {
    AddressThrottle off = throttle(ThrottleSettings.OFF);
    for (int i = 0; i < 1000; i++) {
      off.failed(A);
      off.giveBack(A);
      assertThat(off.attempt(A)).isEqualTo(ALLOWED);
    }
    assertThat(off.size()).isZero();
  }

  @Test
  void loopbackIsExemptUnlessItIsWanted() {
    NetworkAddress loopback = network("127.0.0.1");
    take(loopback, 1000);
    assertThat(throttle.size()).isZero();

    AddressThrottle strict = throttle(new ThrottleSettings(5, 1, true));
    assertThat(strict.attempt(loopback)).isEqualTo(ALLOWED);
    assertThat(strict.attempt(loopback)).isEqualTo(THROTTLED_FIRST);
  }

  @Test
  void aFullBucketIsNotKept() {
    for (int i = 0; i < 100; i++) {
      take(network("192.0.3." + i), 1);
    }
    assertThat(throttle.size()).isEqualTo(100);
    pass(Duration.ofMillis(200));
    take(B, 1);
    assertThat(throttle.size()).isOne();
  }

  @Test
  void atTheBoundTheAddressThatWasQuietLongestIsForgotten() {
    AddressThrottle small = new AddressThrottle(new ThrottleSettings(1, 1, false), now::get, 3);
    for (int i = 1; i <= 3; i++) {
      assertThat(small.attempt(network("192.0.3." + i))).isEqualTo(ALLOWED);
    }
    assertThat(small.attempt(network("192.0.3.1"))).isEqualTo(THROTTLED_FIRST);
    assertThat(small.attempt(network("192.0.3.4"))).isEqualTo(ALLOWED);

    assertThat(small.size()).isEqualTo(3);
    assertThat(small.attempt(network("192.0.3.1"))).isEqualTo(THROTTLED);
    assertThat(small.attempt(network("192.0.3.2"))).isEqualTo(ALLOWED);
  }

  private AddressThrottle throttle(ThrottleSettings settings) {
    return new AddressThrottle(settings, now::get);
  }

  private void take(NetworkAddress from, int tokens) {
    for (int i = 0; i < tokens; i++) {
      assertThat(throttle.attempt(from)).isEqualTo(ALLOWED);
    }
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
