package io.rollcall.system.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link Peer} in a network namespace of its own, which is gone when the process is. */
final class PeerProcess implements AutoCloseable {

  /** A line that it wrote, and when. */
  record Line(long nanoTime, String text) {}

  private final Process process;
  private final Path log;
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  // Lines that were passed over while waiting for others.
  private final List<Line> passed = new ArrayList<>();

  /** Starts it; in an unnamed namespace, so that nothing can be left behind under a name. */
  PeerProcess(Path log, List<String> jvmArguments, String role) {
    List<String> command = new ArrayList<>(List.of("unshare", "--net"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.netty.leakDetection.level=paranoid"));
    command.addAll(jvmArguments);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Peer.class.getName()));
    command.add(role);
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
              .start();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start " + command, failed);
    }
    this.log = log;
    Thread.ofVirtual().name("lines of " + role).start(this::read);
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(new Line(System.nanoTime(), line));
      }
    } catch (IOException ended) {
      // Whoever waits for a line says that it did not come.
    }
  }

  long pid() {
    return process.pid();
  }

  /** Where its errors are. */
  Path log() {
    return log;
  }

  /** Gives it a line. */
  void tell(String line) {
    try {
      process.outputWriter().write(line + "\n");
      process.outputWriter().flush();
    } catch (IOException ended) {
      throw new UncheckedIOException("the process has ended; see " + log, ended);
    }
  }

  /** The next line that begins so, passing others over. */
  Line await(String beginning, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      @Nullable Line line;
      try {
        line = lines.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + beginning, interrupted);
      }
      if (line == null) {
        throw new AssertionError(
            "no line '%s' within %s, but %s".formatted(beginning, limit, passed));
      }
      passed.add(line);
      if (line.text().startsWith(beginning)) {
        return line;
      }
    }
  }

  /** All lines so far that begin so, in their order, whether waited for or not. */
  List<String> all(String beginning) {
    lines.drainTo(passed);
    return passed.stream().map(Line::text).filter(text -> text.startsWith(beginning)).toList();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
