package io.rollcall.service.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running {@link WriterProcess}. */
final class Writer implements AutoCloseable {

  private final Process process;
  private final BufferedReader said;

  private Writer(Process process) {
    this.process = process;
    this.said = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts one.
   *
   * @param before what the command begins with, to run it as somebody else or somewhere else
   */
  static Writer start(List<String> before, Path file, int count, int padding, String... more)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(WriterProcess.class.getName());
    command.addAll(List.of(file.toString(), Integer.toString(count), Integer.toString(padding)));
    command.addAll(Arrays.asList(more));
    return new Writer(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** Reads until a line begins so, and returns it. */
  String await(String beginning) throws IOException {
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
    }
    throw new AssertionError("it ended before it said '" + beginning + "'");
  }

  /** Everything it said until its end. */
  List<String> rest() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      lines.add(line);
    }
    return lines;
  }

  int exitCode() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("it does not end");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
    return process.exitValue();
  }

  /** Ends it where it stands. */
  void kill() {
    process.destroyForcibly();
    var _ = exitCode();
  }

  @Override
  public void close() {
    kill();
  }
}
