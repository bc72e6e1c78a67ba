package io.rollcall.benchmarks.result;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * Where and on what it was measured: figures of two environments cannot be compared.
 *
 * @param when when the run began
 * @param cpu the processor's name
 * @param processors how many the JVM sees
 * @param os name, version and architecture of the kernel
 * @param jdk version and name of the JVM
 * @param commit of the sources; {@code unknown} where there is no repository
 * @param dirty whether the sources differ from that commit
 */
public record Environment(
    Instant when, String cpu, int processors, String os, String jdk, String commit, boolean dirty) {

  /** Of this process, with the sources in {@code repository}. */
  public static Environment here(Path repository) {
    String commit = git(repository, "rev-parse", "--short=12", "HEAD");
    return new Environment(
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        System.getProperty("java.runtime.version") + " " + System.getProperty("java.vm.name"),
        commit.isEmpty() ? "unknown" : commit,
        !git(repository, "status", "--porcelain").isEmpty());
  }

  private static String processorName() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException notLinux) {
      return "unknown";
    }
  }

  /** What git says; nothing where it has nothing to say. */
  private static String git(Path repository, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process git =
          new ProcessBuilder(command)
              .directory(repository.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0 ? said : "";
    } catch (IOException noGit) {
      return "";
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
