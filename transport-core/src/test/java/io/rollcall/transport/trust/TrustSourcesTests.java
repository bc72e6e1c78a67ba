package io.rollcall.transport.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.testing.TestKeys;
import io.rollcall.transport.trust.TrustSources.HeldBack;
import io.rollcall.transport.trust.TrustSources.Source;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrustSourcesTests {

  private static final String BY = "a test";

  private final TrustedKeys trusted = new TrustedKeys();
  private final TrustSources sources =
      new TrustSources(trusted, List.of(entry("p", "p")), List.of(entry("f", "f")));

  private static TrustedEntry entry(String id, String... keyNames) {
    return new TrustedEntry(id, keys(keyNames), Set.of(ChainId.of(1)), 1, false);
  }

  private static Set<PublicKey> keys(String... names) {
    return Stream.of(names).map(TestKeys::publicKey).collect(Collectors.toSet());
  }

  private static PublicKey key(String name) {
    return TestKeys.publicKey(name);
  }

  @Test
  void propertiesAndFileAreTrustedAndWhatTheFileSaysLaterTakesItsPlace() {
    assertThat(trusted.entries()).containsExactly(entry("f", "f"), entry("p", "p"));
    assertThat(sources.file(BY, List.of(entry("g", "f", "g"))).text())
        .isEqualTo("added g (2 keys); removed f");
    assertThat(trusted.entries()).containsExactly(entry("g", "f", "g"), entry("p", "p"));
    sources.file(BY, List.of());
    assertThat(trusted.entries()).containsExactly(entry("p", "p"));
  }

  @Test
  void anIdOrAKeyThatIsInBothIsRefusedAndNothingChanges() {
    assertThatThrownBy(() -> sources.file(BY, List.of(entry("g", "g"), entry("p", "x"))))
        .hasMessage("'p' is in auth.trusted-sequencers too, expected in one of the two");
    assertThatThrownBy(() -> sources.file(BY, List.of(entry("g", "p"))))
        .hasMessageContaining("of 'g' is in auth.trusted-sequencers too, of 'p'");
    assertThat(trusted.entries()).containsExactly(entry("f", "f"), entry("p", "p"));
  }

  @Test
  void aKeyAddedByHandStaysWhateverTheFileSaysOfItsId() {
    sources.addKeys(BY, "f", keys("f2"));
    assertThat(trusted.entries()).contains(entry("f", "f", "f2"));
    sources.file(BY, List.of(entry("f", "f3")));
    assertThat(trusted.entries()).contains(entry("f", "f2", "f3"));
    sources.file(BY, List.of(entry("f", "f2")));
    assertThat(sources.known().getFirst().sources()).isEqualTo(Map.of(key("f2"), Source.FILE));
    sources.file(BY, List.of());
    assertThat(trusted.entries()).as("with its id it goes").containsExactly(entry("p", "p"));
  }

  @Test
  void aKeyRemovedByHandStaysRemovedWhereverTheFileHasIt() {
    sources.file(BY, List.of(entry("f", "f", "f2")));
    sources.removeKey(BY, "f", key("f"));
    assertThat(trusted.entries()).contains(entry("f", "f2"));
    assertThat(sources.heldBack()).containsExactly(new HeldBack("f", keys("f"), Source.FILE));
    sources.file(BY, List.of(entry("f", "f2"), entry("g", "f", "g")));
    assertThat(trusted.entries()).contains(entry("f", "f2"), entry("g", "g"));
    sources.addKeys(BY, "g", keys("f"));
    assertThat(trusted.entries()).contains(entry("g", "f", "g"));
    assertThat(sources.heldBack()).isEmpty();
  }

  @Test
  void anIdRemovedByHandStaysRemovedUntilItIsAddedByHand() {
    sources.remove(BY, "p");
    sources.file(BY, List.of(entry("f", "f"), entry("g", "g")));
    assertThat(trusted.entries()).containsExactly(entry("f", "f"), entry("g", "g"));
    assertThat(sources.heldBack()).containsExactly(new HeldBack("p", keys("p"), Source.PROPERTIES));
    sources.add(BY, entry("p", "another"));
    assertThat(trusted.entries()).contains(entry("p", "another"));
    assertThat(sources.known().getLast().sources())
        .isEqualTo(Map.of(key("another"), Source.OPERATION));
  }

  @Test
  void withItsLastKeyAnIdGoes() {
    sources.removeKey(BY, "p", key("p"));
    assertThat(trusted.entries()).containsExactly(entry("f", "f"));
    sources.add(BY, entry("h", "h"));
    sources.removeKey(BY, "h", key("h"));
    assertThat(trusted.entries()).containsExactly(entry("f", "f"));
  }

  @Test
  void whatTheFileSaysLaterOfAnIdThatWasAddedByHandIsFurtherKeys() {
    sources.add(BY, entry("h", "h"));
    sources.file(
        BY, List.of(new TrustedEntry("h", keys("h", "h2"), Set.of(ChainId.of(2)), 9, true)));
    assertThat(trusted.entries()).contains(entry("h", "h", "h2"));
    assertThat(sources.known().getFirst().sources().values()).containsOnly(Source.FILE);
  }

  @Test
  void aKeyThatTheFileGivesToAnotherIdStaysWithTheIdItWasAddedToByHand() {
    sources.addKeys(BY, "p", keys("moved"));
    sources.add(BY, entry("h", "of h"));
    sources.file(BY, List.of(entry("f", "f", "moved", "of h")));
    assertThat(trusted.entries())
        .containsExactly(entry("f", "f"), entry("h", "of h"), entry("p", "moved", "p"));
    assertThat(sources.heldBack())
        .containsExactly(new HeldBack("f", keys("moved", "of h"), Source.FILE));
  }

  @Test
  void aFurtherKeyChangesNothingElseOfAnEntry() {
    sources.file(BY, List.of(new TrustedEntry("f", keys("f"), Set.of(ChainId.of(2)), 3, true)));
    sources.addKeys(BY, "f", keys("f2"));
    assertThat(trusted.entries())
        .contains(new TrustedEntry("f", keys("f", "f2"), Set.of(ChainId.of(2)), 3, true));
  }

  @Test
  void aKeyOfSomebodyElseIsNotAdded() {
    assertThatThrownBy(() -> sources.addKeys(BY, "f", keys("p")))
        .hasMessageContaining("is the key of 'p'");
    assertThatThrownBy(() -> sources.add(BY, entry("h", "f")))
        .hasMessageContaining("is the key of 'f'");
    assertThatThrownBy(() -> sources.add(BY, entry("server", "h")))
        .hasMessageContaining("is reserved");
    assertThatThrownBy(() -> sources.add(BY, entry("p", "h"))).hasMessage("'p' is trusted already");
    assertThat(trusted.entries()).containsExactly(entry("f", "f"), entry("p", "p"));
  }

  @Test
  void whoIsNotTrustedIsNotRemoved() {
    assertThatThrownBy(() -> sources.remove(BY, "x")).hasMessage("'x' is no trusted id");
    assertThatThrownBy(() -> sources.removeKey(BY, "p", key("f")))
        .hasMessageContaining("is no key of 'p'");
    assertThatThrownBy(() -> sources.addKeys(BY, "x", keys("x")))
        .hasMessage("'x' is no trusted id");
  }

  @Test
  void whatTheApplicationTrustsItselfIsLeftAlone() {
    trusted.put(entry("own", "own"));
    sources.file(BY, List.of());
    assertThat(trusted.entries()).containsExactly(entry("own", "own"), entry("p", "p"));
    assertThatThrownBy(() -> sources.file(BY, List.of(entry("own", "x"))))
        .hasMessage("'own' is an id that the application trusts itself");
    assertThatThrownBy(() -> sources.add(BY, entry("own", "x")))
        .hasMessage("'own' is an id that the application trusts itself");
    assertThat(sources.known()).extracting(known -> known.entry().id()).containsExactly("p");
    assertThat(trusted.entries()).containsExactly(entry("own", "own"), entry("p", "p"));
  }
}
