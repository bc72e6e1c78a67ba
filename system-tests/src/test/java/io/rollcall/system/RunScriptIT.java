package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/run}, as the README has people start a service. */
class RunScriptIT {

  private static final String PREPARING = "Preparing faster starts";

  @TempDir private Path folder;

  @Test
  void aServiceStartsInTheCurrentFolderAndTheNextTimeWithoutPreparing() throws Exception {
    start("first.log");
    String second = start("second.log");
    assertThat(second).doesNotContain(PREPARING).doesNotContain("AOT cache");
    assertThat(folder.resolve("data").resolve("publisher.db")).isNotEmptyFile();
  }

  /** Starts the publisher, ends it when it is ready, and returns what it said. */
  private String start(String log) throws Exception {
    Process process =
        run(log, "publisher", "--transport.listen-addr=127.0.0.1:0", "--server.port=0");
    try {
      Waiting.until(
          "the publisher to be ready",
          Duration.ofMinutes(4),
          () -> text(log).contains("Publisher is ready") || !process.isAlive());
      assertThat(text(log)).contains("Publisher is ready");
    } finally {
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends when told to").isTrue();
    }
    return text(log);
  }

  /** The JVM is told to overlook what it does not know, for other systems than Linux. */
  @Test
  void everyJvmSettingIsKnownHere() throws Exception {
    Path options = Path.of("..", "bin", "lib", "jvm.options").toAbsolutePath().normalize();
    Process java =
        execute(
            "options.log",
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + options,
                "-XX:-IgnoreUnrecognizedVMOptions",
                "-version"));
    assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(java.exitValue()).as(text("options.log")).isZero();
  }

  @Test
  void saysWhatItTakesWhenItIsGivenAnythingElse() throws Exception {
    Process process = run("wrong.log", "validator");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(text("wrong.log"))
        .contains("'validator' is no service; expected publisher or sequencer");
  }

  private Process run(String log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of("..", "bin", "run").toAbsolutePath().normalize().toString());
    command.addAll(List.of(arguments));
    return execute(log, command);
  }

  /** In a folder of its own; all that it says goes to this file there. */
  private Process execute(String log, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  private String text(String log) {
    try {
      return Files.readString(folder.resolve(log));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
