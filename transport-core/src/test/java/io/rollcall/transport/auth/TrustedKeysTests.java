package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.testing.TestKeys;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedKeysTests {

  private static final PublicKey A = TestKeys.publicKey("a");
  private static final PublicKey B = TestKeys.publicKey("b");
  private static final PublicKey C = TestKeys.publicKey("c");

  private final TrustedKeys trusted = new TrustedKeys();

  @Test
  void findsTheHolderOfAKeyWithItsChains() {
    ChainId chain = ChainId.parse("55555");
    trusted.put("optimism", Set.of(A), Set.of(chain));

    assertThat(trusted.find(A))
        .contains(new PeerIdentity.Trusted("optimism", A.bytes(), Set.of(chain)));
    assertThat(trusted.find(B)).isEmpty();
  }

  @Test
  void anIdMayHaveSeveralKeys() {
    trusted.put("optimism", Set.of(A, B), Set.of());

    assertThat(trusted.find(A)).map(PeerIdentity.Trusted::publicKey).contains(A.bytes());
    assertThat(trusted.find(B)).map(PeerIdentity.Trusted::id).contains("optimism");
  }

  @Test
  void theOldKeyOfAReplacedIdIsTrustedNoLonger() {
    trusted.put("optimism", Set.of(A, B), Set.of());
    trusted.put("optimism", Set.of(B, C), Set.of());

    assertThat(trusted.find(A)).isEmpty();
    assertThat(trusted.find(B)).isPresent();
    assertThat(trusted.find(C)).isPresent();
  }

  @Test
  void noKeyOfARemovedIdIsTrusted() {
    trusted.put("optimism", Set.of(A), Set.of());
    trusted.put("optimism", Set.of(B), Set.of());
    trusted.remove("optimism");

    assertThat(trusted.find(A)).isEmpty();
    assertThat(trusted.find(B)).isEmpty();
    assertThat(trusted.entries()).isEmpty();
  }

  @Test
  void aRemovedKeyMayGoToAnotherId() {
    trusted.put("optimism", Set.of(A), Set.of());
    trusted.remove("optimism");
    trusted.put("base", Set.of(A), Set.of());

    assertThat(trusted.find(A)).map(PeerIdentity.Trusted::id).contains("base");
  }

  @Test
  void aKeyNeverBelongsToTwoIdsAndNothingChangesThen() {
    trusted.put("optimism", Set.of(A), Set.of());
    trusted.put("base", Set.of(B), Set.of());

    assertThatThrownBy(() -> trusted.put("base", Set.of(A, C), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'optimism'")
        .hasMessageContaining("'base'")
        .hasMessageContaining(A.hex());
    assertThat(trusted.find(B)).map(PeerIdentity.Trusted::id).contains("base");
    assertThat(trusted.find(C)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"publisher", "server", "unauthenticated", "unknown:", "unknown:02abcdef"})
  void refusesReservedIds(String id) {
    assertThatThrownBy(() -> trusted.put(id, Set.of(A), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + id + "' is reserved");
  }

  @Test
  void refusesAnEmptyIdAndAnIdWithoutKeys() {
    assertThatThrownBy(() -> trusted.put("", Set.of(A), Set.of())).hasMessageContaining("empty");
    assertThatThrownBy(() -> trusted.put("base", Set.of(), Set.of()))
        .hasMessageContaining("'base' has no public key");
  }

  @Test
  void saysThatAnUnknownIdCannotBeRemoved() {
    assertThatThrownBy(() -> trusted.remove("base"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'base' is no trusted id");
  }

  @Test
  void showsWhatIsTrustedById() {
    trusted.put("optimism", Set.of(A, B), Set.of());
    trusted.put("base", Set.of(C), Set.of(ChainId.parse("7")));

    assertThat(trusted.entries())
        .containsExactly(
            new TrustedEntry("base", Set.of(C), Set.of(ChainId.parse("7"))),
            new TrustedEntry("optimism", Set.of(A, B), Set.of()));
  }
}
