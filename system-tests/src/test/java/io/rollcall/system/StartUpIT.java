package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees who starts a jar with something wrong. */
class StartUpIT {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path PUBLISHER =
      ROOT.resolve("publisher-service/target/publisher-service.jar");
  private static final Path SEQUENCER =
      ROOT.resolve("sequencer-service/target/sequencer-service.jar");

  @TempDir private Path folder;

  @Test
  void aPortInUseIsNamedInOneSentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();

      String said = failToStart(PUBLISHER, "--transport.listen-addr=" + address, "--server.port=0");

      assertThat(said).containsIgnoringCase("address already in use").contains(address);
    }
  }

  @Test
  void asLogfmtEverythingThatIsSaidIsOneLineWithItsFields() {
    try (ServiceProcess publisher =
        ServiceProcess.launch(
            "publisher",
            PUBLISHER,
            folder,
            List.of(
                "--logging.structured.format.console=io.rollcall.transport.logfmt.LogfmtFormatter",
                "--transport.listen-addr=127.0.0.1:0",
                "--server.port=0"))) {
      publisher.awaitReady();

      String value = "([A-Za-z0-9._:/+@%-]+|\"([^\"\\\\]|\\\\.)*\")";
      assertThat(publisher.log().lines())
          .hasSizeGreaterThan(3)
          .allSatisfy(line ->
              assertThat(line)
                  .matches("time=\\S+Z level=\\w+ logger=\\S+" + "( [\\w.-]+=%s)+".formatted(value))
                  .contains(" thread=", " msg="));
    }
  }

  @Test
  void aPrivateKeyOfTheWrongLengthIsRefusedWithoutBeingShown() {
    String key = "ab".repeat(31) + "c";

    String said =
        failToStart(
            PUBLISHER,
            "--transport.listen-addr=127.0.0.1:0",
            "--server.port=0",
            "--auth.enabled=true",
            "--auth.private-key=" + key);

    assertThat(said)
        .contains("auth.private-key")
        .contains("63 hex digits")
        .contains("64")
        .doesNotContain(key)
        .as("the chain of beans that could not be made")
        .doesNotContain("UnsatisfiedDependency");
  }

  @Test
  void aSequencerWithoutItsChainSaysWhichPropertyIsMissing() {
    String said = failToStart(SEQUENCER, "--transport.server-addr=127.0.0.1:1", "--server.port=0");

    assertThat(said).contains("sequencer.chain-id").doesNotContain("UnsatisfiedDependency");
  }

  @Test
  void aStorageOfAnUnknownKindIsRefusedWithWhatIsPossible() {
    String said = failToStart(PUBLISHER, "--publisher.storage.url=jdbc:mysql://host/x");

    assertThat(said)
        .contains("Property publisher.storage.url is 'jdbc:mysql://host/x'")
        .contains("jdbc:sqlite:")
        .contains("jdbc:postgresql:")
        .contains("memory")
        .doesNotContain("UnsatisfiedDependency");
  }

  @Test
  void aSecondPublisherOnTheSameFileIsSentAwayInOneSentence() {
    String file = "--publisher.storage.url=jdbc:sqlite:" + folder.resolve("publisher.db");
    List<String> arguments =
        List.of(file, "--transport.listen-addr=127.0.0.1:0", "--server.port=0");
    try (ServiceProcess first = ServiceProcess.launch("first", PUBLISHER, folder, arguments)) {
      first.awaitReady();

      assertThat(failOnStorage(PUBLISHER, arguments.toArray(String[]::new)))
          .contains("publisher.db is used by another process");
      assertThat(first.http().status("/actuator/health/readiness")).isEqualTo(200);
    }
  }

  @Test
  void theStateOfSomethingElseIsRefusedInOneSentence() throws IOException {
    Path file = folder.resolve("sequencer.db");
    Files.writeString(file, "This is no database, but it is long enough to be one. ".repeat(50));

    assertThat(
            failOnStorage(
                SEQUENCER,
                "--sequencer.storage.url=jdbc:sqlite:" + file,
                "--sequencer.chain-id=1",
                "--transport.server-addr=127.0.0.1:1",
                "--server.port=0"))
        .contains("sequencer.db is no SQLite database");
  }

  @Test
  void aDatabaseThatIsNotThereIsNamedWithoutItsPassword() {
    assertThat(
            failOnStorage(
                PUBLISHER,
                "--publisher.storage.url=jdbc:postgresql://127.0.0.1:1/rollcall",
                "--publisher.storage.username=rollcall",
                "--publisher.storage.password=secret-word",
                "--transport.listen-addr=127.0.0.1:0",
                "--server.port=0"))
        .contains("postgresql //127.0.0.1:1/rollcall cannot be used")
        .doesNotContain("secret-word");
  }

  /** Its exit code says that storage was the cause, and its log in one report what about it. */
  private String failOnStorage(Path jar, String... arguments) {
    try (ServiceProcess service = ServiceProcess.launch("wrong", jar, folder, List.of(arguments))) {
      assertThat(service.awaitExit()).isEqualTo(74);
      assertThat(service.log())
          .contains("docs/durability.md")
          .doesNotContain("UnsatisfiedDependency")
          .doesNotContain("\tat ");
      return service.log();
    }
  }

  private String failToStart(Path jar, String... arguments) {
    try (ServiceProcess service = ServiceProcess.launch("wrong", jar, folder, List.of(arguments))) {
      assertThat(service.awaitExit()).isNotZero();
      return service.log();
    }
  }
}
