package io.rollcall.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A publisher and the sequencers of two rollups, as separate processes of the packaged jars:
 * authentication on, free ports, keys and logs in a temporary folder. Closing it leaves nothing
 * behind.
 */
final class Pair implements AutoCloseable {

  static final long ALPHA_CHAIN = 55555;
  static final long BETA_CHAIN = 77777;

  private static final Pattern TCP_ADDRESS = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

  private final Path repository;
  private final Path folder;
  private final Map<Wallet, Long> genesis;
  private final NodeKey alphaKey = NodeKey.generate();
  private final NodeKey betaKey = NodeKey.generate();
  private final NodeKey publisherKey = NodeKey.generate();
  private final Optional<Certificates> certificates;
  private final Deque<ServiceProcess> running = new ArrayDeque<>();
  private final Map<String, ServiceProcess> sequencers = new HashMap<>();
  private boolean closed;

  /**
   * Makes the folder; nothing runs yet.
   *
   * @param repository the root of a checkout that was built
   * @param genesis who has how much at first, on each of the two rollups
   * @param proven whether both ends prove who they are: handshake v2, on mutual TLS; then messages
   *     are compressed too, which is agreed by that handshake alone
   */
  Pair(Path repository, Map<Wallet, Long> genesis, boolean proven) {
    this.repository = repository;
    this.genesis = Map.copyOf(genesis);
    try {
      this.folder = Files.createTempDirectory("rollcall-");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    this.certificates = proven ? Optional.of(new Certificates(folder)) : Optional.empty();
  }

  /** The same with what is on by default. */
  Pair(Path repository, Map<Wallet, Long> genesis) {
    this(repository, genesis, false);
  }

  /** Starts the publisher; further arguments come after its own. */
  ServiceProcess startPublisher(String... arguments) {
    List<String> all = new ArrayList<>();
    all.add("--transport.listen-addr=127.0.0.1:0");
    trust(all, "alpha", alphaKey, ALPHA_CHAIN);
    trust(all, "beta", betaKey, BETA_CHAIN);
    if (certificates.isPresent()) {
      all.add("--auth.handshake=v2");
      all.add("--transport.ssl.client-auth=need");
    }
    return start("publisher", publisherKey, all, arguments);
  }

  private static void trust(List<String> arguments, String id, NodeKey key, long chain) {
    String entry = "--auth.trusted-sequencers." + id;
    arguments.add(entry + ".public-keys=" + key.publicKey());
    arguments.add(entry + ".chain-ids=" + chain);
  }

  /** The publisher's TCP address. */
  static String tcpAddress(ServiceProcess publisher) {
    return "127.0.0.1:" + publisher.awaitInLog(TCP_ADDRESS);
  }

  /** Starts the sequencer of the first rollup. */
  Rollup startAlpha(String publisherAddress) {
    return startSequencer("alpha", ALPHA_CHAIN, alphaKey, publisherAddress, publisherKey);
  }

  /** Starts the sequencer of the second rollup. */
  Rollup startBeta(String publisherAddress) {
    return startSequencer("beta", BETA_CHAIN, betaKey, publisherAddress, publisherKey);
  }

  /** Starts a sequencer whose key the publisher does not know; it is up, but not admitted. */
  ServiceProcess startStranger(String publisherAddress) {
    return startOther(NodeKey.generate(), publisherAddress, publisherKey);
  }

  /**
   * Starts a third sequencer; it is up, whether it is admitted or not.
   *
   * @param expected the publisher's key, as it is told; of a pair that proves its keys
   */
  ServiceProcess startOther(NodeKey key, String publisherAddress, NodeKey expected) {
    return sequencer(startSequencer("other", 99999, key, publisherAddress, expected));
  }

  private Rollup startSequencer(
      String name, long chain, NodeKey key, String publisherAddress, NodeKey expected) {
    List<String> all = new ArrayList<>();
    all.add("--sequencer.chain-id=" + chain);
    all.add("--transport.server-addr=" + publisherAddress);
    all.add("--transport.reconnect-delay=200ms");
    if (certificates.isPresent()) {
      all.add("--auth.server-public-key=" + expected.publicKey());
    }
    genesis.forEach(
        (wallet, wei) -> all.add("--sequencer.execution.genesis." + wallet.address() + "=" + wei));
    ServiceProcess sequencer = start(name, key, all);
    synchronized (this) {
      sequencers.put(name, sequencer);
    }
    return new Rollup(name, chain, sequencer.http());
  }

  /** The process beside a rollup that was started here. */
  synchronized ServiceProcess sequencer(Rollup rollup) {
    return Objects.requireNonNull(sequencers.get(rollup.name()));
  }

  private ServiceProcess start(
      String name, NodeKey key, List<String> arguments, String... furtherArguments) {
    List<String> all = new ArrayList<>();
    all.add("--server.address=127.0.0.1");
    all.add("--server.port=0");
    all.add("--auth.enabled=true");
    if (certificates.isPresent()) {
      all.add("--transport.compression=zstd");
      all.add("--transport.compression-threshold=64");
    }
    all.add("--auth.private-key-file=" + writeKey(name, key));
    // All of them work in one folder.
    String owner = name.equals("publisher") ? "publisher" : "sequencer";
    String storage = "--" + owner + ".storage.url=";
    if (List.of(furtherArguments).stream().noneMatch(given -> given.startsWith(storage))) {
      all.add(storage + "jdbc:sqlite:data/" + name + ".db");
    }
    certificates.ifPresent(made -> all.addAll(made.argumentsOf(name)));
    all.addAll(arguments);
    all.addAll(List.of(furtherArguments));
    String module = name.equals("publisher") ? "publisher-service" : "sequencer-service";
    ServiceProcess service = launch(name, ServiceProcess.jar(repository, module), all);
    service.awaitReady();
    return service;
  }

  /** Registered before anything is waited for, so that whoever closes meanwhile ends it too. */
  private synchronized ServiceProcess launch(String name, Path jar, List<String> arguments) {
    if (closed) {
      throw new IllegalStateException("stopped while starting");
    }
    ServiceProcess service = ServiceProcess.launch(name, jar, folder, arguments);
    running.push(service);
    return service;
  }

  /** A key stands in a file that only its owner reads: arguments are visible to everybody. */
  private Path writeKey(String name, NodeKey key) {
    Path file = folder.resolve(name + ".key");
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, key.secret());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Where keys and logs are. */
  Path folder() {
    return folder;
  }

  /**
   * Ends every process, the last one first, and removes the folder.
   *
   * @throws IllegalStateException when one of them had lost a buffer
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<IllegalStateException> leaks = new ArrayList<>();
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (IllegalStateException leak) {
        leaks.add(leak);
      }
    }
    Folders.remove(folder);
    if (!leaks.isEmpty()) {
      throw leaks.getFirst();
    }
  }
}
