package io.rollcall.publisher.config;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.autoconfigure.AuthProperties;
import io.rollcall.transport.autoconfigure.AuthProperties.TrustedSequencer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BoundChainsTests {

  private static final Map<String, TrustedSequencer> TRUSTED =
      Map.of(
          "optimism", entry("55555", "0x12fd1"),
          "base", entry("55555"),
          "zora", entry());

  @Test
  void collectsWhoIsBoundToWhich() {
    BoundChains bound = BoundChains.of(auth(true));

    assertThat(bound.identitiesByChain())
        .containsOnlyKeys(A, B)
        .containsEntry(A, new TreeSet<>(List.of("base", "optimism")))
        .containsEntry(B, new TreeSet<>(List.of("optimism")));
    assertThat(bound.unboundIdentities()).containsExactly("zora");
  }

  @Test
  void nobodyIsBoundWhileAuthenticationIsOff() {
    BoundChains bound = BoundChains.of(auth(false));

    assertThat(bound.identitiesByChain()).isEmpty();
    assertThat(bound.unboundIdentities()).isEmpty();
  }

  private static AuthProperties auth(boolean enabled) {
    return new AuthProperties(
        enabled, true, false, "", "", TRUSTED, "", Duration.ofSeconds(30), 10, "");
  }

  private static TrustedSequencer entry(String... chains) {
    return new TrustedSequencer(List.of("02" + "11".repeat(32)), List.of(chains), 1, "auto");
  }
}
