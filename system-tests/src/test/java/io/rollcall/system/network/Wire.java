package io.rollcall.system.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server and a client, each in its own network namespace, and a cable between the two. Nothing
 * outside those namespaces is changed: they have no name, and the kernel removes them, the cable
 * and its rules with the two processes, however these end.
 */
final class Wire implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
  private static final String SERVER_ADDRESS = "10.0.0.1";
  private static final String CLIENT_ADDRESS = "10.0.0.2";

  private final PeerProcess server;
  private final PeerProcess client;

  /** Starts both; they are connected when this returns. */
  Wire(Path folder, String... serverJvmArguments) {
    server = new PeerProcess(folder.resolve("server.log"), List.of(serverJvmArguments), "server");
    client = new PeerProcess(folder.resolve("client.log"), List.of(), "client");
    try {
      server.await("ready", START_LIMIT);
      client.await("ready", START_LIMIT);
      connectNamespaces();
      server.tell("wired");
      String port = server.await("listening ", START_LIMIT).text().split(" ", -1)[1];
      client.tell(SERVER_ADDRESS + ":" + port);
      client.await("opened ", START_LIMIT);
      server.await("opened ", START_LIMIT);
    } catch (RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  /** Why this cannot be done here; empty when it can. */
  static String problem() {
    try {
      run("unshare", "--net", "ip", "link", "add", "wire", "type", "veth", "peer", "name", "end");
      run(
          "unshare",
          "--net",
          "iptables",
          "-w",
          "-A",
          "OUTPUT",
          "-m",
          "length",
          "--length",
          "53:",
          "-j",
          "DROP");
      return "";
    } catch (IllegalStateException | UncheckedIOException cannot) {
      return "network namespaces need root, iproute2 and iptables: " + cannot.getMessage();
    }
  }

  private void connectNamespaces() {
    String clientPid = Long.toString(client.pid());
    inside(
        server, "ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns",
        clientPid);
    for (PeerProcess peer : List.of(server, client)) {
      String address = (peer == server ? SERVER_ADDRESS : CLIENT_ADDRESS) + "/30";
      inside(peer, "ip", "address", "add", address, "dev", "wire");
      inside(peer, "ip", "link", "set", "lo", "up");
      inside(peer, "ip", "link", "set", "wire", "up");
    }
  }

  PeerProcess server() {
    return server;
  }

  PeerProcess client() {
    return client;
  }

  /** From now on no packet gets through, in either direction; nobody is told. */
  void cut() {
    inside(client, "iptables", "-w", "-A", "INPUT", "-j", "DROP");
    inside(client, "iptables", "-w", "-A", "OUTPUT", "-j", "DROP");
  }

  /** From now on the server's packets are lost, and the client's arrive. */
  void loseWhatTheServerSends() {
    inside(client, "iptables", "-w", "-A", "INPUT", "-j", "DROP");
  }

  /** From now on the client's kernel still acknowledges, but no data of the client arrives. */
  void loseDataOfTheClient() {
    // An acknowledgement alone has 52 bytes: 20 of IP, 20 of TCP, 12 of timestamps.
    inside(
        client, "iptables", "-w", "-A", "OUTPUT", "-m", "length", "--length", "53:", "-j", "DROP");
  }

  /** Everything gets through again. */
  void mend() {
    inside(client, "iptables", "-w", "-F");
  }

  private static void inside(PeerProcess peer, String... command) {
    List<String> all =
        new ArrayList<>(List.of("nsenter", "--net", "-t", Long.toString(peer.pid())));
    all.addAll(List.of(command));
    run(all.toArray(String[]::new));
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(COMMAND_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + " does not end");
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  /** Ends both, and fails if one of them lost a buffer. */
  @Override
  public void close() {
    client.close();
    server.close();
    for (PeerProcess peer : List.of(client, server)) {
      try {
        String log = Files.readString(peer.log());
        if (log.contains("LEAK")) {
          throw new AssertionError("a buffer was lost:\n" + log);
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
