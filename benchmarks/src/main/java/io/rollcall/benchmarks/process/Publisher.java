package io.rollcall.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The publisher as it ships, on free ports, with a folder of its own. What is not said here has its
 * default, but for the limits on how often one address may connect: all load comes from one.
 */
public final class Publisher implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private static final Pattern READY =
      Pattern.compile("transport listening on \\S*:(\\d+), HTTP on port (\\d+)");

  /** Where decisions go. */
  public enum Storage {
    MEMORY("memory"),
    SQLITE("jdbc:sqlite:publisher.db");

    private final String url;

    Storage(String url) {
      this.url = url;
    }
  }

  /** What its sockets run on. */
  public enum Sockets {
    EPOLL,
    NIO
  }

  private final Path folder;
  private final JavaProcess process;
  private final int port;
  private final Duration started;

  /**
   * Starts it and waits until it is ready.
   *
   * @param disk where its folder is made
   * @param launch arguments of {@code java} up to the jar
   * @param properties further ones, {@code --name=value}
   */
  public Publisher(
      Path disk, List<String> launch, Storage storage, Sockets sockets, List<String> properties)
      throws InterruptedException {
    try {
      folder = Files.createTempDirectory(Files.createDirectories(disk), "publisher-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments = new ArrayList<>();
    if (sockets == Sockets.NIO) {
      arguments.add("-Dio.netty.transport.noNative=true");
    }
    arguments.addAll(launch);
    arguments.addAll(
        List.of(
            "--transport.listen-addr=127.0.0.1:0",
            "--server.port=0",
            "--transport.max-connections=20000",
            "--transport.throttle.rate=0",
            "--transport.unauthenticated.max-per-address=0",
            "--publisher.scp.max-in-flight-per-chain=100000",
            "--publisher.storage.url=" + storage.url));
    arguments.addAll(properties);
    long start = System.nanoTime();
    process = new JavaProcess(folder, arguments);
    try {
      Matcher ready = process.await(READY, START_LIMIT);
      started = Duration.ofNanos(System.nanoTime() - start);
      port = Integer.parseInt(ready.group(1));
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  /** Where its transport listens. */
  public int port() {
    return port;
  }

  /** From the start of the process to its line that it is ready. */
  public Duration started() {
    return started;
  }

  /** What the system says of it. */
  public JavaProcess process() {
    return process;
  }

  /** Ends it and removes its folder. */
  @Override
  public void close() {
    process.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
