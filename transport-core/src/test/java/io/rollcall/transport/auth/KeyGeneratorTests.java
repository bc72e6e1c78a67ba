package io.rollcall.transport.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyGeneratorTests {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void printsAKeyThatBelongsTogether() {
    assertThat(run()).isZero();

    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(3);
    KeyPair printed = KeyPairs.fromHex(lines.get(0).substring("private key: ".length()));
    assertThat(lines.get(1)).isEqualTo("public key:  " + printed.publicKey().hex());
    assertThat(lines.get(2)).isEqualTo("address:     " + printed.publicKey().address());
  }

  @Test
  void writesBothFilesAndKeepsThePrivateKeyFromTheScreen(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("key");

    assertThat(run("--out", file.toString())).isZero();

    String secret = Files.readString(file);
    assertThat(secret).hasSize(64).matches("[0-9a-f]{64}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    PublicKey publicKey = KeyPairs.fromFile(file).publicKey();
    assertThat(folder.resolve("key.pub")).hasContent(publicKey.hex());
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(publicKey.hex(), publicKey.address())
        .doesNotContain(secret);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "key.pub"})
  void overwritesNothing(String existing, @TempDir Path folder) throws IOException {
    Path there = Files.writeString(folder.resolve(existing), "mine");

    assertThat(run("--out", folder.resolve("key").toString())).isEqualTo(1);

    assertThat(there).hasContent("mine");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(there + " exists already and is not overwritten");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(there);
    }
  }

  /** Such a link looks like a free name until it is written to. */
  @ParameterizedTest
  @ValueSource(strings = {"key", "key.pub"})
  void overwritesNoLinkThatLeadsNowhere(String existing, @TempDir Path folder) throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve(existing), folder.resolve("nowhere"));

    assertThat(run("--out", folder.resolve("key").toString())).isEqualTo(1);

    assertThat(link).isSymbolicLink();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(link);
    }
  }

  @Test
  void saysThatTheFolderIsMissing(@TempDir Path folder) {
    assertThat(run("--out", folder.resolve("no/key").toString())).isEqualTo(1);

    assertThat(err.toString(StandardCharsets.UTF_8)).contains("its folder does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--out", "--force", "key", "--out key extra"})
  void refusesOtherArguments(String arguments) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("'" + arguments + "'", "expected none or --out FILE");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private int run(String... args) {
    return new KeyGenerator(new SecureRandom(), printer(out), printer(err)).run(List.of(args));
  }

  private static PrintStream printer(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
