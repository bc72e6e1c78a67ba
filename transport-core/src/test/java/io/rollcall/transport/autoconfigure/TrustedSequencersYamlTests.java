package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.testing.TestKeys;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedSequencersYamlTests {

  private static final PublicKey A = TestKeys.publicKey("a");
  private static final PublicKey B = TestKeys.publicKey("b");

  /** A point of the curve whose 66 digits are no letters: YAML takes it for a number. */
  private static final String DIGITS = digits();

  private static String digits() {
    return IntStream.rangeClosed(1, 100)
        .mapToObj("02%064d"::formatted)
        .filter(TrustedSequencersYamlTests::isKey)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isKey(String hex) {
    try {
      return PublicKey.parse(hex).hex().equals(hex);
    } catch (IllegalArgumentException noPoint) {
      return false;
    }
  }

  @Test
  void readsBothFormsOfAnEntry() {
    assertThat(
            read(
                """
                optimism:
                  public-keys: ["%s", %s]
                  chain-ids: [10, 0x2105]
                  connections: 2
                  handshake: v2
                base: %s
                """
                    .formatted(A, B, DIGITS)))
        .containsExactly(
            new TrustedEntry(
                "optimism", Set.of(A, B), Set.of(ChainId.of(10), ChainId.of(8453)), 2, true),
            TrustedEntry.of("base", PublicKey.parse(DIGITS)));
  }

  @Test
  void everyWordIsTakenAsItIsWritten() {
    assertThat(read("0: " + DIGITS)).containsExactly(TrustedEntry.of("0", PublicKey.parse(DIGITS)));
    assertThat(read("no: " + A)).containsExactly(TrustedEntry.of("no", A));
    assertThat(read("\"[a.b/c]\": " + A)).containsExactly(TrustedEntry.of("a.b/c", A));
    assertThat(read("a: {publicKeys: '%s,%s', chain_ids: 007}".formatted(A, B)))
        .containsExactly(new TrustedEntry("a", Set.of(A, B), Set.of(ChainId.of(7)), 1, false));
  }

  @Test
  void anEmptyObjectIsNobody() {
    assertThat(read("{}")).isEmpty();
    assertThat(read("# nobody\n--- {}\n")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                      | it is empty, expected ids and their keys, or {} for nobody
          `# nothing`                             | it is empty, expected
          `[a, b]`                                | it is no YAML object
          `a: {`                                  | it is no YAML at line
          `a: b: c`                               | it is no YAML at line 1
          `--- {}\n--- {}`                        | it is no YAML
          `a: KEY\na: OTHER`                      | 'a' is in it twice
          `a: KEY\nb: KEY`                        | b is 'KEY'; expected a key that is not the key of 'a' too
          `a:`                                    | a is ''; expected a secp256k1 public key
          `a: [KEY]`                              | 'a' has another form: an entry is a public key, or has
          `a: {chain-ids: [1]}`                   | a.public-keys is ''; expected at least one public key
          `a: {public-keys: KEY, chain-id: 1}`    | a.chain-id is '1'; expected nothing of that name
          `a: {public-keys: KEY, publicKeys: KEY}` | a.publicKeys is in it twice
          `a: {public-keys: KEY, chain-ids: ten}` | a.chain-ids is 'ten'; expected a positive decimal number
          `a: {public-keys: KEY, connections: 0}` | a.connections is '0'; expected at least 1
          `a: {public-keys: KEY, connections: x}` | a.connections is 'x'; expected
          `a: {public-keys: KEY, handshake: v1}`  | a.handshake is 'v1'; expected auto or v2
          `a: {public-keys: {b: KEY}}`            | a.public-keys is an object, expected a value or a list
          `a: {public-keys: [[KEY]]}`             | a.public-keys is no single word
          `server: KEY`                           | server is 'server'; expected an id that is not reserved
          `a: 0xKEY`                              | starts with 0x
          `a: !!java.io.File KEY`                 | it is no YAML at line 1
          `auth: {trusted-sequencers: {a: KEY}}`  | auth.trusted-sequencers is '...'; expected nothing of that name
          """)
  void saysWhatIsWrong(String text, String problem) {
    String written = text.replace("\\n", "\n").replace("KEY", A.hex()).replace("OTHER", B.hex());
    assertThatThrownBy(() -> read(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem.replace("KEY", A.hex()));
  }

  @Test
  void refusesWhatIsNoText() {
    assertThatThrownBy(
            () -> TrustedSequencersYaml.read(ByteString.copyFrom(new byte[] {(byte) 0xff, 'a'})))
        .hasMessage("it is no text in UTF-8");
  }

  private static List<TrustedEntry> read(String text) {
    return TrustedSequencersYaml.read(ByteString.copyFromUtf8(text));
  }
}
