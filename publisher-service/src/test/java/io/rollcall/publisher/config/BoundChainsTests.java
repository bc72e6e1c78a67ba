package io.rollcall.publisher.config;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.testing.TestKeys;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BoundChainsTests {

  @Test
  void collectsWhoIsBoundToWhich() {
    BoundChains bound =
        BoundChains.of(List.of(entry("optimism", A, B), entry("base", A), entry("zora")));

    assertThat(bound.identitiesByChain())
        .containsOnlyKeys(A, B)
        .containsEntry(A, new TreeSet<>(List.of("base", "optimism")))
        .containsEntry(B, new TreeSet<>(List.of("optimism")));
    assertThat(bound.unboundIdentities()).containsExactly("zora");
  }

  @Test
  void nobodyIsBoundWhereNobodyIsTrusted() {
    BoundChains bound = BoundChains.of(List.of());

    assertThat(bound.identitiesByChain()).isEmpty();
    assertThat(bound.unboundIdentities()).isEmpty();
  }

  private static TrustedEntry entry(String id, ChainId... chains) {
    return new TrustedEntry(id, Set.of(TestKeys.publicKey(id)), Set.of(chains), 1, false);
  }
}
