package io.rollcall.service.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL of one's own, from the binaries of the machine's package: in a temporary folder, on
 * a free port of the loopback, as the package's user where the test is root, who may not run it. It
 * can be killed and started again. Not thread-safe.
 */
public final class PostgresServer implements AutoCloseable {

  private static final String USER = "postgres";

  private final Path binaries;
  private final Path folder;
  private final int port;
  private final boolean root;

  private PostgresServer(Path binaries, Path folder, int port, boolean root) {
    this.binaries = binaries;
    this.folder = folder;
    this.port = port;
    this.root = root;
  }

  /** Whether this machine has what it takes; tests that cannot run say so. */
  public static boolean isAvailable() {
    return binaries().isPresent();
  }

  private static Optional<Path> binaries() {
    Path packages = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(packages)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(packages)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Makes and starts one. */
  public static PostgresServer start() {
    Path binaries = binaries().orElseThrow(() -> new IllegalStateException("no PostgreSQL here"));
    boolean root = "root".equals(System.getProperty("user.name"));
    try {
      Path folder = Files.createTempDirectory("rollcall-postgres-");
      if (root) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        run(List.of("chown", USER, folder.toString()));
      }
      PostgresServer server = new PostgresServer(binaries, folder, freePort(), root);
      server.run("initdb", "-D", server.data(), "-A", "trust", "-U", USER, "-N");
      server.startAgain();
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  /** Its JDBC URL. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** The user to connect as; no password. */
  public String user() {
    return USER;
  }

  /** Starts it after {@link #stop} or {@link #kill}, and waits until it takes connections. */
  public void startAgain() {
    run(
        "pg_ctl",
        "-D",
        data(),
        "-o",
        "-p " + port + " -k " + folder + " -c listen_addresses=127.0.0.1",
        "-l",
        folder.resolve("log").toString(),
        "-w",
        "start");
  }

  /** Stops it in order; open connections are ended. */
  public void stop() {
    run("pg_ctl", "-D", data(), "-m", "fast", "-w", "stop");
  }

  /** Ends all of its processes where they stand. */
  public void kill() {
    run("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
  }

  private void run(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (root) {
      command.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
    }
    command.add(binaries.resolve(program).toString());
    command.addAll(List.of(arguments));
    run(command);
  }

  private static void run(List<String> command) {
    try {
      Path output = Files.createTempFile("rollcall-", ".out");
      Process process =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      int code = process.waitFor();
      String said = Files.readString(output);
      Files.delete(output);
      if (code != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + said);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Stops it and removes its folder. */
  @Override
  public void close() {
    try {
      kill();
    } catch (IllegalStateException notRunning) {
      // A test may have stopped it for good.
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
