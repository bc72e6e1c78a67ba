package io.rollcall.transport.session;

import static io.rollcall.transport.session.NetworkAddressTests.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairTableTests {

  private static final NetworkAddress FLOOD = network("10.0.0.1");
  private static final NetworkAddress OTHER = network("10.0.0.2");

  @Test
  void atTheBoundTheOldestOfTheAddressWithMostGoes() {
    FairTable<String> table = new FairTable<>(3, 0);
    assertThat(table.enter(OTHER, "lone")).isEmpty();
    assertThat(table.enter(FLOOD, "f1")).isEmpty();
    assertThat(table.enter(FLOOD, "f2")).isEmpty();

    assertThat(table.enter(FLOOD, "f3")).contains("f1");
    assertThat(table.enter(network("10.0.0.3"), "newcomer")).contains("f2");
    assertThat(table.size()).isEqualTo(3);
  }

  @Test
  void aFloodNeverPushesOutALoneConnectionOfAnotherAddress() {
    FairTable<String> table = new FairTable<>(100, 0);
    assertThat(table.enter(OTHER, "lone")).isEmpty();
    for (int i = 0; i < 10_000; i++) {
      assertThat(table.enter(network("10.1.0." + i % 50), "flood " + i))
          .isNotEqualTo(Optional.of("lone"));
    }
    assertThat(table.size()).isEqualTo(100);
    assertThat(table.leave("lone")).isTrue();
  }

  @Test
  void atTheBoundOfOneAddressItsOldestGoesHoweverMuchRoomThereIs() {
    FairTable<String> table = new FairTable<>(100, 2);
    assertThat(table.enter(FLOOD, "f1")).isEmpty();
    assertThat(table.enter(FLOOD, "f2")).isEmpty();
    assertThat(table.enter(OTHER, "o1")).isEmpty();
    assertThat(table.enter(FLOOD, "f3")).contains("f1");
    assertThat(table.enter(FLOOD, "f4")).contains("f2");
    assertThat(table.size()).isEqualTo(3);
  }

  @Test
  void whatLeftIsNeverPushedOut() {
    FairTable<String> table = new FairTable<>(2, 0);
    assertThat(table.enter(FLOOD, "said hello")).isEmpty();
    assertThat(table.leave("said hello")).isTrue();
    assertThat(table.leave("said hello")).isFalse();
    assertThat(table.enter(FLOOD, "f1")).isEmpty();
    assertThat(table.enter(FLOOD, "f2")).isEmpty();
    assertThat(table.enter(FLOOD, "f3")).contains("f1");
    assertThat(table.leave("f1")).isFalse();
  }

  @Test
  void theNewcomerAlwaysGetsIn() {
    FairTable<String> table = new FairTable<>(1, 1);
    assertThat(table.enter(FLOOD, "first")).isEmpty();
    assertThat(table.enter(OTHER, "second")).contains("first");
    assertThat(table.enter(OTHER, "third")).contains("second");
    assertThat(table.enter(FLOOD, "fourth")).contains("third");
    assertThat(table.size()).isOne();
  }

  @Test
  void nobodyIsInTwice() {
    FairTable<String> table = new FairTable<>(2, 0);
    assertThat(table.enter(FLOOD, "one")).isEmpty();
    assertThatThrownBy(() -> table.enter(OTHER, "one")).isInstanceOf(IllegalStateException.class);
  }

  /** Against a model that looks at everything in each step. */
  @Test
  void alwaysTakesFromTheAddressWithMost() {
    Random random = new Random(4);
    FairTable<Integer> table = new FairTable<>(20, 7);
    Map<NetworkAddress, Deque<Integer>> model = new HashMap<>();
    List<NetworkAddress> addresses = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      addresses.add(network("10.0.1." + i));
    }
    for (int i = 0; i < 20_000; i++) {
      NetworkAddress from = addresses.get((int) Math.sqrt(random.nextInt(81)));
      Deque<Integer> same = model.computeIfAbsent(from, address -> new ArrayDeque<>());
      if (random.nextInt(4) == 0 && !same.isEmpty()) {
        Integer leaving = random.nextBoolean() ? same.removeFirst() : same.removeLast();
        assertThat(table.leave(leaving)).isTrue();
      } else {
        same.addLast(i);
        Optional<Integer> pushedOut = table.enter(from, i);
        int total = model.values().stream().mapToInt(Deque::size).sum();
        if (same.size() > 7) {
          assertThat(pushedOut).contains(same.removeFirst());
        } else if (total > 20) {
          int most = model.values().stream().mapToInt(Deque::size).max().orElseThrow();
          Deque<Integer> victim =
              model.values().stream()
                  .filter(group -> group.contains(pushedOut.orElseThrow()))
                  .max(Comparator.comparingInt(Deque::size))
                  .orElseThrow();
          assertThat(victim).hasSize(most);
          assertThat(victim.removeFirst()).isEqualTo(pushedOut.orElseThrow());
        } else {
          assertThat(pushedOut).isEmpty();
        }
      }
      assertThat(table.size()).isEqualTo(model.values().stream().mapToInt(Deque::size).sum());
    }
  }
}
