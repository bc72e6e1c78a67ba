package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

  private String failToStart(Path jar, String... arguments) {
    try (ServiceProcess service = ServiceProcess.launch("wrong", jar, folder, List.of(arguments))) {
      assertThat(service.awaitExit()).isNotZero();
      return service.log();
    }
  }
}
