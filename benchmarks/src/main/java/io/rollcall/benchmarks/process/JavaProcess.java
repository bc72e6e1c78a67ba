package io.rollcall.benchmarks.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A JVM of its own, with the same JDK as this one. Ends with this one at the latest. */
public final class JavaProcess implements AutoCloseable {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final int KEPT_LINES = 40;

  private final Process process;
  private final PrintWriter input;
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
  private final Deque<String> last = new ArrayDeque<>();
  private final Thread atExit;

  /**
   * Starts it.
   *
   * @param directory its working directory
   * @param arguments of {@code java}
   */
  public JavaProcess(Path directory, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(tool("java"));
    command.addAll(arguments);
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new IllegalStateException("cannot start " + command, e);
    }
    atExit = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(atExit);
    input =
        new PrintWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    Thread.ofVirtual().start(this::read);
  }

  /** A program of this JDK. */
  static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** The class path of this JVM, wherever the other one runs. */
  public static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (last) {
          last.addLast(line);
          if (last.size() > KEPT_LINES) {
            last.removeFirst();
          }
        }
        output.add(line);
      }
    } catch (IOException ended) {
      // Then it says nothing more.
    }
  }

  /** Sends it a line. */
  public void say(String line) {
    input.println(line);
  }

  /**
   * Waits for a line of its output that has this in it; the lines before it are dropped.
   *
   * @throws IllegalStateException when none comes in time, with the last it said
   */
  public Matcher await(Pattern pattern, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      String line =
          output.poll(Math.min(deadline - System.nanoTime(), 100_000_000), TimeUnit.NANOSECONDS);
      if (line != null) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.find()) {
          return matcher;
        }
      } else if ((!process.isAlive() && output.isEmpty()) || System.nanoTime() - deadline >= 0) {
        throw new IllegalStateException(
            "waited for '" + pattern + "' and heard\n" + String.join("\n", said()));
      }
    }
  }

  private List<String> said() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  /**
   * Waits until it ends by itself.
   *
   * @throws IllegalStateException when it does not in time, or not well, with the last it said
   */
  public void awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("a process failed:\n" + String.join("\n", said()));
    }
  }

  /** Processor time since its start, in user and kernel mode. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Memory that it has resident, in KiB. */
  public long residentKib() {
    return status("VmRSS");
  }

  /** The most that it ever had resident, in KiB. */
  public long peakResidentKib() {
    return status("VmHWM");
  }

  private long status(String name) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith(name + ":"))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException notLinux) {
      return 0;
    }
  }

  /** Bytes of the objects that live in its heap; collects the garbage first. */
  public long liveHeap() throws InterruptedException {
    try {
      Process jcmd =
          new ProcessBuilder(tool("jcmd"), Long.toString(process.pid()), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      jcmd.waitFor();
      Matcher total = Pattern.compile("(?m)^Total +\\d+ +(\\d+)").matcher(said);
      if (!total.find()) {
        throw new IllegalStateException("jcmd said " + said);
      }
      return Long.parseLong(total.group(1));
    } catch (IOException e) {
      throw new IllegalStateException("cannot run jcmd", e);
    }
  }

  /** Asks it to end, and ends it when it does not. */
  @Override
  public void close() {
    input.close();
    process.destroy();
    try {
      if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
