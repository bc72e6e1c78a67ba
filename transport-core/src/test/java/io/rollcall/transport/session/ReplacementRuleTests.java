package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplacementRuleTests {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = -10 * SECOND; // Such clocks may be negative.
  private static final IdentityKey A = trusted("a");

  private final ReplacementRule rule = new ReplacementRule();

  @Test
  void allowsTwoReplacementsInAMinuteAndThenNoMore() {
    assertThat(allowed(0)).isTrue();
    replaced(0);
    assertThat(allowed(1)).isTrue();
    replaced(1);
    assertThat(allowed(2)).isFalse();
    assertThat(allowed(59)).isFalse();
    assertThat(allowed(60)).as("the first is a minute old").isTrue();
    replaced(60);
    assertThat(allowed(60)).isFalse();
    assertThat(allowed(61)).as("the second is").isTrue();
  }

  @Test
  void anOldConnectionMayAlwaysBeReplaced() {
    replaced(0);
    replaced(1);
    assertThat(rule.allows(A, at(2), Duration.ofMillis(29_999), Duration.ZERO)).isFalse();
    assertThat(rule.allows(A, at(2), Duration.ofSeconds(30), Duration.ZERO)).isTrue();
  }

  @Test
  void soMayOneThatDoesNotAnswer() {
    replaced(0);
    replaced(1);
    assertThat(rule.allows(A, at(2), Duration.ZERO, Duration.ofMillis(4_999))).isFalse();
    assertThat(rule.allows(A, at(2), Duration.ZERO, Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void tellsIdentitiesApartByIdOrWholeKey() {
    replaced(0);
    replaced(1);
    assertThat(rule.allows(trusted("b"), at(2), Duration.ZERO, Duration.ZERO)).isTrue();
    IdentityKey x = unknown(1);
    rule.replaced(x, at(0));
    rule.replaced(x, at(1));
    assertThat(rule.allows(x, at(2), Duration.ZERO, Duration.ZERO)).isFalse();
    assertThat(rule.allows(unknown(2), at(2), Duration.ZERO, Duration.ZERO)).isTrue();
  }

  @Test
  void forgetsAfterAMinute() {
    replaced(0);
    rule.replaced(unknown(1), at(1));
    rule.replaced(unknown(2), at(59));
    assertThat(rule.size()).isEqualTo(3);
    rule.replaced(unknown(3), at(61));
    assertThat(rule.size()).isEqualTo(2);
  }

  @Test
  void remembersABoundedNumberOfUnknownKeysAndForgetsTheOldestFirst() {
    replaced(0);
    replaced(0);
    for (int key = 0; key < ReplacementRule.MOST_UNKNOWN; key++) {
      rule.replaced(unknown(key), at(0));
      rule.replaced(unknown(key), at(0));
    }
    rule.replaced(unknown(0), at(1)); // Now it is the youngest.
    rule.replaced(unknown(-1), at(2));
    assertThat(rule.size()).isEqualTo(ReplacementRule.MOST_UNKNOWN + 1);
    assertThat(rule.allows(unknown(1), at(2), Duration.ZERO, Duration.ZERO)).isTrue();
    assertThat(rule.allows(unknown(0), at(2), Duration.ZERO, Duration.ZERO)).isFalse();
    assertThat(allowed(2)).as("strangers push out no trusted id").isFalse();
  }

  private boolean allowed(int second) {
    return rule.allows(A, at(second), Duration.ZERO, Duration.ZERO);
  }

  private void replaced(int second) {
    rule.replaced(A, at(second));
  }

  private static long at(int second) {
    return START + second * SECOND;
  }

  private static IdentityKey trusted(String id) {
    return IdentityKey.of(new PeerIdentity.Trusted(id, ByteString.EMPTY, Set.of(), 1, false))
        .orElseThrow();
  }

  private static IdentityKey unknown(int key) {
    return IdentityKey.of(new PeerIdentity.Unknown(ByteString.copyFromUtf8("key " + key)))
        .orElseThrow();
  }
}
