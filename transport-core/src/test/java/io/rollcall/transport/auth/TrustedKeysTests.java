package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.testing.TestKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
    trusted.put(new TrustedEntry("optimism", Set.of(A), Set.of(chain), 1, false));

    assertThat(trusted.find(A.bytes()))
        .contains(new PeerIdentity.Trusted("optimism", A.bytes(), Set.of(chain), 1, false));
    assertThat(trusted.find(B.bytes())).isEmpty();
  }

  @Test
  void anIdMayHaveSeveralKeys() {
    trusted.put(new TrustedEntry("optimism", Set.of(A, B), Set.of(), 1, false));

    assertThat(trusted.find(A.bytes())).map(PeerIdentity.Trusted::publicKey).contains(A.bytes());
    assertThat(trusted.find(B.bytes())).map(PeerIdentity.Trusted::id).contains("optimism");
  }

  @Test
  void theOldKeyOfAReplacedIdIsTrustedNoLonger() {
    trusted.put(new TrustedEntry("optimism", Set.of(A, B), Set.of(), 1, false));
    trusted.put(new TrustedEntry("optimism", Set.of(B, C), Set.of(), 1, false));

    assertThat(trusted.find(A.bytes())).isEmpty();
    assertThat(trusted.find(B.bytes())).isPresent();
    assertThat(trusted.find(C.bytes())).isPresent();
  }

  @Test
  void noKeyOfARemovedIdIsTrusted() {
    trusted.put(new TrustedEntry("optimism", Set.of(A), Set.of(), 1, false));
    trusted.put(new TrustedEntry("optimism", Set.of(B), Set.of(), 1, false));
    trusted.remove("optimism");

    assertThat(trusted.find(A.bytes())).isEmpty();
    assertThat(trusted.find(B.bytes())).isEmpty();
    assertThat(trusted.entries()).isEmpty();
  }

  @Test
  void aRemovedKeyMayGoToAnotherId() {
    trusted.put(new TrustedEntry("optimism", Set.of(A), Set.of(), 1, false));
    trusted.remove("optimism");
    trusted.put(new TrustedEntry("base", Set.of(A), Set.of(), 1, false));

    assertThat(trusted.find(A.bytes())).map(PeerIdentity.Trusted::id).contains("base");
  }

  @Test
  void aKeyNeverBelongsToTwoIdsAndNothingChangesThen() {
    trusted.put(new TrustedEntry("optimism", Set.of(A), Set.of(), 1, false));
    trusted.put(new TrustedEntry("base", Set.of(B), Set.of(), 1, false));

    assertThatThrownBy(
            () -> trusted.put(new TrustedEntry("base", Set.of(A, C), Set.of(), 1, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'optimism'")
        .hasMessageContaining("'base'")
        .hasMessageContaining(A.hex());
    assertThat(trusted.find(B.bytes())).map(PeerIdentity.Trusted::id).contains("base");
    assertThat(trusted.find(C.bytes())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"publisher", "server", "unauthenticated", "unknown:", "unknown:02abcdef"})
  void refusesReservedIds(String id) {
    assertThatThrownBy(() -> trusted.put(new TrustedEntry(id, Set.of(A), Set.of(), 1, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + id + "' is reserved");
  }

  @Test
  void refusesAnEmptyIdAndAnIdWithoutKeys() {
    assertThatThrownBy(() -> trusted.put(new TrustedEntry("", Set.of(A), Set.of(), 1, false)))
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> trusted.put(new TrustedEntry("base", Set.of(), Set.of(), 1, false)))
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
    trusted.put(new TrustedEntry("optimism", Set.of(A, B), Set.of(), 1, false));
    trusted.put(new TrustedEntry("base", Set.of(C), Set.of(ChainId.parse("7")), 1, false));

    assertThat(trusted.entries())
        .containsExactly(
            new TrustedEntry("base", Set.of(C), Set.of(ChainId.parse("7")), 1, false),
            new TrustedEntry("optimism", Set.of(A, B), Set.of(), 1, false));
  }

  @Test
  void aListIsReplacedAsAWholeOrNotAtAll() {
    trusted.put(TrustedEntry.of("a", A));
    assertThatThrownBy(() ->
            trusted.change(
                "a test",
                entries -> {
                  entries.clear();
                  entries.put("b", TrustedEntry.of("b", B));
                  entries.put("c", TrustedEntry.of("c", B));
                  return entries;
                }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belongs to trusted id 'b' and cannot belong to 'c' too");
    assertThat(trusted.entries()).containsExactly(TrustedEntry.of("a", A));
  }

  @Test
  void listenersHearOfEachChangeWhenItIsMadeAndOfNothingElse() {
    List<TrustChange> heard = new ArrayList<>();
    Runnable end =
        trusted.listen(change -> {
          assertThat(trusted.entries()).isEqualTo(change.after());
          heard.add(change);
        });
    trusted.put(TrustedEntry.of("a", A));
    trusted.put(TrustedEntry.of("a", A));
    trusted.put(new TrustedEntry("a", Set.of(B, C), Set.of(ChainId.of(1)), 2, true));
    trusted.remove("a");
    end.run();
    trusted.put(TrustedEntry.of("a", A));
    assertThat(heard)
        .extracting(TrustChange::text)
        .containsExactly(
            "added a (1 key)",
            "changed a (2 keys more, 1 key less, other chains, other number of connections,"
                + " other handshake)",
            "removed a");
    assertThat(heard).extracting(TrustChange::by).containsOnly("the application");
  }

  @Test
  void aListenerThatFailsHidesNoChangeFromTheOthers() {
    AtomicInteger heard = new AtomicInteger();
    trusted.listen(change -> {
      throw new IllegalStateException("a broken listener");
    });
    trusted.listen(change -> heard.incrementAndGet());
    trusted.put(TrustedEntry.of("a", A));
    assertThat(heard).hasValue(1);
    assertThat(trusted.find(A.bytes())).isPresent();
  }

  @Test
  void aChangeOfManyNamesSomeAndCountsTheRest() {
    TrustChange change =
        trusted.change(
            "a test",
            entries -> {
              for (int i = 1; i <= 25; i++) {
                entries.put(
                    "s%02d".formatted(i),
                    TrustedEntry.of("s%02d".formatted(i), TestKeys.numbered(i).publicKey()));
              }
              return entries;
            });
    assertThat(change.text()).startsWith("added s01 (1 key), ").endsWith("s20 (1 key) and 5 more");
  }
}
