package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program of the machine that a test needs; where it is not there, the test is skipped and says
 * so.
 */
public final class Program {

  private final String name;
  private final Map<String, String> environment = new TreeMap<>();

  private Program(String name) {
    this.name = name;
  }

  /** One of this repository. */
  static Program at(Path file) {
    return new Program(file.toString());
  }

  /**
   * One that is on the path.
   *
   * @param purpose what it is needed for, in a few words
   */
  public static Program required(String name, String purpose) {
    boolean there =
        Pattern.compile(":")
            .splitAsStream(System.getenv("PATH"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    assumeTrue(there, name + " is not on the path; it is needed " + purpose);
    return new Program(name);
  }

  /** Sets a variable of its environment. */
  Program with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Runs it in a folder, and expects exit code 0 within five minutes. Returns what it said. */
  public String run(Path folder, String... arguments) throws Exception {
    List<String> command = Stream.concat(Stream.of(name), Arrays.stream(arguments)).toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", name).isTrue();
    assertThat(process.exitValue()).as("%s said:%n%s", command, said).isZero();
    return said;
  }
}
