package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;

/** A sequencer whose disk fills up under it. */
@EnabledIf(value = "mayMount", disabledReason = "only root can mount a small disk")
class FullDiskIT {

  private static final Path SEQUENCER =
      Path.of("../sequencer-service/target/sequencer-service.jar");

  private static final long CHAIN = 55_555;
  private static final int STORAGE = 74;

  @TempDir Path folder;

  static boolean mayMount() {
    return "root".equals(System.getProperty("user.name"));
  }

  @Test
  void aSequencerEndsAndSaysWhyWhenItCanWriteNoMore() {
    Wallet alice = new Wallet("Alice");
    Wallet bob = new Wallet("Bob");
    try (ServiceProcess service =
        ServiceProcess.launchOnSmallDisk(
            4,
            "sequencer",
            SEQUENCER,
            folder,
            List.of(
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--sequencer.chain-id=" + CHAIN,
                "--sequencer.execution.genesis." + alice.address() + "=1000000",
                "--transport.server-addr=127.0.0.1:1"))) {
      service.awaitReady();
      int answered = 0;
      while (isAnswered(service, alice.transfer(CHAIN, answered, bob, 1))) {
        answered++;
      }

      assertThat(answered).as("transactions before the disk was full").isPositive();
      assertThat(service.awaitExit()).isEqualTo(STORAGE);
      assertThat(service.log()).contains("sequencer.db cannot be written: the disk is full");
    }
  }

  private static boolean isAnswered(ServiceProcess service, String transaction) {
    try {
      return service
          .http()
          .call("eth_sendRawTransaction", "\"" + transaction + "\"")
          .asString()
          .startsWith("0x");
    } catch (IllegalStateException | UncheckedIOException | JacksonException ended) {
      return false;
    }
  }
}
