package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPairsTests {

  private static final String SECRET = "46".repeat(32);

  @Test
  void readsHex() {
    assertThat(KeyPairs.fromHex(SECRET).publicKey().hex())
        .isEqualTo("024bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382");
  }

  @Test
  void saysHowManyDigitsThereAre() {
    refuses("4".repeat(63), "private key has 63 hex digits, expected 64");
    refuses("4".repeat(65), "private key has 65 hex digits, expected 64");
    refuses("", "private key is empty, expected 64 hex digits");
  }

  @Test
  void saysWhereADigitIsNone() {
    refuses(
        "46".repeat(31) + "4g",
        "private key has no hex digit at position 64, expected 64 hex digits");
    refuses(
        " " + "46".repeat(31) + "4",
        "private key has no hex digit at position 1, expected 64 hex digits");
  }

  @Test
  void refusesAPrefix() {
    refuses("0x" + SECRET, "private key starts with 0x, expected 64 hex digits without it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      })
  void refusesScalarsOutOfRange(String hex) {
    refuses(
        hex,
        "private key is out of range, expected at least 1 and less than the order of secp256k1");
  }

  @Test
  void acceptsTheLargestScalar() {
    // n - 1: the generator's x with the other y.
    assertThat(
            KeyPairs.fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140")
                .publicKey()
                .hex())
        .isEqualTo("0379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  }

  @Test
  void neverShowsThePrivateKey() {
    assertThat(KeyPairs.fromHex(SECRET)).asString().doesNotContain(SECRET).contains("024bc2a3");
    String almost = "123456789abcdef".repeat(4) + "12x";
    assertThatThrownBy(() -> KeyPairs.fromHex(almost))
        .message()
        .doesNotContain("1234")
        .doesNotContain("x,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n"})
  void readsFilesWithAndWithoutANewline(String end, @TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), SECRET + end);

    assertThat(KeyPairs.fromFile(file).secretHex()).isEqualTo(SECRET);
  }

  @Test
  void namesTheFileAndWhatIsWrongWithIt(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> KeyPairs.fromFile(missing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("private key file " + missing + " does not exist");

    Path broken = Files.writeString(folder.resolve("broken"), SECRET + "\n\n");
    assertThatThrownBy(() -> KeyPairs.fromFile(broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "private key file "
                + broken
                + " holds no key: private key has no hex digit at position 65, expected 64 hex"
                + " digits");

    assertThatThrownBy(() -> KeyPairs.fromFile(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("private key file " + folder + " cannot be read");
  }

  @Test
  void readsNoMoreOfALargeFileThanAKeyNeeds(@TempDir Path folder) throws IOException {
    Path large = Files.writeString(folder.resolve("large"), "4".repeat(100_000));

    assertThatThrownBy(() -> KeyPairs.fromFile(large)).hasMessageContaining("has 1024 hex digits");
  }

  @Test
  void generatesADifferentPairEachTime() {
    SecureRandom random = new SecureRandom();

    assertThat(KeyPairs.generate(random).publicKey())
        .isNotEqualTo(KeyPairs.generate(random).publicKey());
  }

  @Test
  void drawsAgainWhenChanceIsOutOfRange() {
    SecureRandom first = new SecureRandomOf((byte) 0xff, (byte) 0, (byte) 7);

    assertThat(KeyPairs.generate(first).secretHex()).isEqualTo("07".repeat(32));
  }

  private static void refuses(String hex, String message) {
    assertThatThrownBy(() -> KeyPairs.fromHex(hex))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  /** Fills one array after the other with these bytes. */
  private static final class SecureRandomOf extends SecureRandom {

    private final byte[] fills;
    private int next;

    SecureRandomOf(byte... fills) {
      this.fills = fills;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      Arrays.fill(bytes, fills[next++]);
    }
  }
}
