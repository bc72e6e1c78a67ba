package io.rollcall.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One packaged service, running. Its log is a file in the working folder; its ports are free ones
 * that it chose itself and wrote there.
 */
final class ServiceProcess implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  /** How Netty begins what it says about a buffer that nobody released. */
  private static final String LEAK = "LEAK: ";

  private static final Pattern HTTP_PORT = Pattern.compile("Tomcat started on port (\\d+)");

  private final String name;
  private final Process process;
  private final Path log;
  private @Nullable HttpApi http;

  private ServiceProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** A module's packaged jar, in a checkout that was built. */
  static Path jar(Path repository, String module) {
    Path jar = repository.resolve(module).resolve("target").resolve(module + ".jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is not there; build it first");
    }
    return jar;
  }

  /** Starts a jar; {@link #awaitReady()} waits until it can be used. */
  static ServiceProcess launch(String name, Path jar, Path folder, List<String> arguments) {
    return launch(name, jar, folder, List.of(), List.of(), arguments);
  }

  /**
   * The same with no more than so many file descriptors.
   *
   * @param jvmOptions further ones for its Java
   */
  static ServiceProcess launchWithFewDescriptors(
      int most,
      String name,
      Path jar,
      Path folder,
      List<String> jvmOptions,
      List<String> arguments) {
    List<String> shell = List.of("sh", "-c", "ulimit -n " + most + "; exec \"$@\"", "sh");
    return launch(name, jar, folder, shell, jvmOptions, arguments);
  }

  /**
   * The same with the folder {@code data} on a small disk of its own, which goes with it; as root.
   */
  static ServiceProcess launchOnSmallDisk(
      int megabytes, String name, Path jar, Path folder, List<String> arguments) {
    String mount = "mkdir data && mount -t tmpfs -o size=" + megabytes + "m none data";
    List<String> shell = List.of("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh");
    return launch(name, jar, folder, shell, List.of(), arguments);
  }

  /** Starts one that was prepared for it. */
  static ServiceProcess launchQuick(
      String name, QuickStart prepared, Path folder, List<String> arguments) {
    return launch(
        name,
        prepared.jar(),
        folder,
        List.of(),
        List.of("-XX:AOTCache=" + prepared.cache()),
        arguments);
  }

  /**
   * All that there is to say.
   *
   * @param shell what the command is put behind
   * @param jvmOptions further ones for its Java
   */
  static ServiceProcess launch(
      String name,
      Path jar,
      Path folder,
      List<String> shell,
      List<String> jvmOptions,
      List<String> arguments) {
    List<String> command = new ArrayList<>(shell);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QuickStart.JVM_OPTIONS);
    // Whoever watches its own buffers watches those of its services too.
    String leakDetection = System.getProperty(LEAK_DETECTION);
    if (leakDetection != null) {
      command.add("-D" + LEAK_DETECTION + "=" + leakDetection);
    }
    command.addAll(jvmOptions);
    command.add("-jar");
    command.add(jar.toAbsolutePath().toString());
    command.addAll(arguments);
    Path log = folder.resolve(name + ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
              .start();
      return new ServiceProcess(name, process, log);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start " + jar, failed);
    }
  }

  /**
   * Waits until it says that it is ready.
   *
   * @throws IllegalStateException when it ends or stays silent; the message shows the end of its
   *     log
   */
  void awaitReady() {
    HttpApi api = new HttpApi("http://127.0.0.1:" + awaitInLog(HTTP_PORT));
    Waiting.until(
        name + " to be ready",
        START_LIMIT,
        () -> process.isAlive() && api.status("/actuator/health/readiness") == 200);
    http = api;
  }

  /**
   * Waits until it has ended by itself.
   *
   * @return its exit code
   */
  int awaitExit() {
    Waiting.until(name + " to end", START_LIMIT, () -> !process.isAlive());
    return process.exitValue();
  }

  /** Waits until the log has a piece that matches, and returns its first group. */
  String awaitInLog(Pattern pattern) {
    List<String> found = new ArrayList<>();
    Waiting.until(
        name + " to log " + pattern,
        START_LIMIT,
        () -> {
          Matcher matcher = pattern.matcher(log());
          if (matcher.find()) {
            found.add(matcher.group(1));
            return true;
          }
          if (!process.isAlive()) {
            throw new IllegalStateException(name + " ended while starting:\n" + tail());
          }
          return false;
        });
    return found.getFirst();
  }

  /** Its HTTP; there once it is ready. */
  HttpApi http() {
    return Objects.requireNonNull(http, "not ready yet");
  }

  /** Everything it has written so far. */
  String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private String tail() {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }

  /** Stops it where it stands: it keeps its sockets and does nothing (SIGSTOP). */
  void freeze() {
    signal("STOP");
  }

  /** Lets it go on (SIGCONT). */
  void thaw() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("SIG" + signal + " did not reach " + name);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Ends it where it stands (SIGKILL), and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    Waiting.until(name + " to be gone", START_LIMIT, () -> !process.isAlive());
  }

  /**
   * Ends it in order (SIGTERM), and by force when that takes too long.
   *
   * @throws IllegalStateException when it has ended, and had lost a buffer
   */
  @Override
  public void close() {
    if (process.isAlive()) {
      thaw();
    }
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    String said = log();
    int leak = said.indexOf(LEAK);
    if (leak >= 0) {
      throw new IllegalStateException(
          name + " lost a buffer: " + said.substring(leak, Math.min(said.length(), leak + 5000)));
    }
  }
}
