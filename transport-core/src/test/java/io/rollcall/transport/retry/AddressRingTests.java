package io.rollcall.transport.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.transport.InvalidSettingException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AddressRingTests {

  private final Map<String, List<String>> names =
      Map.of("one", List.of("10.0.0.1"), "two", List.of("10.0.0.2", "10.0.0.3"));

  @Test
  void givesEveryAddressOfEveryNameInTurnAndBeginsAgain() throws Exception {
    AddressRing ring = ring("one:1", "two:2");

    assertThat(take(ring, 5))
        .containsExactly("10.0.0.1:1", "10.0.0.2:2", "10.0.0.3:2", "10.0.0.1:1", "10.0.0.2:2");
  }

  @Test
  void theRoundIsOverWhenEveryAddressHadItsTurn() throws Exception {
    AddressRing ring = ring("one:1", "two:2");

    List<Boolean> over = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ring.next();
      over.add(ring.roundOver());
    }

    assertThat(over).containsExactly(false, false, true);
  }

  @Test
  void aNewRoundGoesOnBehindTheAddressThatWasGivenLast() throws Exception {
    AddressRing ring = ring("one:1", "two:2");
    take(ring, 2);

    ring.newRound();

    assertThat(take(ring, 1)).containsExactly("10.0.0.3:2");
    assertThat(ring.roundOver()).isFalse();
    assertThat(take(ring, 1)).containsExactly("10.0.0.1:1");
    assertThat(ring.roundOver()).isTrue();
  }

  @Test
  void aNameThatIsUnknownHadItsTurn() throws Exception {
    AddressRing ring = ring("nowhere:1", "one:1");

    assertThatThrownBy(ring::next).isInstanceOf(UnknownHostException.class);
    assertThat(ring.roundOver()).isFalse();
    assertThat(take(ring, 1)).containsExactly("10.0.0.1:1");
    assertThat(ring.roundOver()).isTrue();
  }

  @Test
  void anEmptyHostIsThisMachine() throws Exception {
    assertThat(ring(":8080").next().getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void splitsAListAtItsCommas() {
    assertThat(AddressRing.split("a:1, b:2")).containsExactly("a:1", "b:2");
  }

  @Test
  void refusesWhatIsNoAddress() {
    for (String wrong : List.of("", "host", "host:0", "host:70000", "host:x", "a:1,b:2")) {
      assertThatThrownBy(() -> ring(wrong))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("server-addr is '" + wrong + "'; expected host:port");
    }
    assertThatThrownBy(() -> ring()).isInstanceOf(InvalidSettingException.class);
  }

  private AddressRing ring(String... addresses) {
    return new AddressRing(List.of(addresses), this::resolve);
  }

  private List<InetAddress> resolve(String name) throws UnknownHostException {
    List<InetAddress> found = new ArrayList<>();
    for (String address : names.getOrDefault(name, List.of())) {
      found.add(InetAddress.getByName(address));
    }
    return found;
  }

  private static List<String> take(AddressRing ring, int count) throws UnknownHostException {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      var next = ring.next();
      taken.add(next.getAddress().getHostAddress() + ":" + next.getPort());
    }
    return taken;
  }
}
