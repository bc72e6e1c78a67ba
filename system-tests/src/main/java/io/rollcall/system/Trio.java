package io.rollcall.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A publisher and two sequencers that are killed and started again, each on its own state. Not for
 * several threads, but for {@link #http}.
 */
final class Trio implements AutoCloseable {

  /** Who can be killed. */
  enum Member {
    PUBLISHER,
    ALPHA,
    BETA;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Path folder;
  private final Function<Member, List<String>> storage;
  private final Map<Wallet, Long> genesis;
  private final QuickStart publisher;
  private final QuickStart sequencer;
  private final int port;
  private final Map<Member, ServiceProcess> running = new EnumMap<>(Member.class);
  private final Map<Member, Integer> lives = new EnumMap<>(Member.class);
  private final List<ServiceProcess> ended = new ArrayList<>();

  /**
   * Prepares; nothing runs yet.
   *
   * @param repository the root of a checkout that was built
   * @param folder for state, logs and what is prepared
   * @param storage arguments that say where each of them keeps its state
   */
  Trio(
      Path repository,
      Path folder,
      Function<Member, List<String>> storage,
      Map<Wallet, Long> genesis) {
    this.folder = folder;
    this.storage = storage;
    this.genesis = Map.copyOf(genesis);
    this.publisher =
        QuickStart.of(
            ServiceProcess.jar(repository, "publisher-service"),
            folder,
            List.of(
                "--publisher.storage.url=memory",
                "--server.port=0",
                "--transport.listen-addr=127.0.0.1:0"));
    this.sequencer =
        QuickStart.of(
            ServiceProcess.jar(repository, "sequencer-service"),
            folder,
            List.of(
                "--sequencer.storage.url=memory",
                "--sequencer.chain-id=1",
                "--server.port=0",
                "--transport.server-addr=127.0.0.1:1"));
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Starts one, again or for the first time, and waits until it is ready. */
  void start(Member member) {
    int life = lives.merge(member, 1, Integer::sum);
    List<String> arguments = new ArrayList<>(storage.apply(member));
    arguments.add("--server.address=127.0.0.1");
    arguments.add("--server.port=0");
    switch (member) {
      case PUBLISHER -> {
        arguments.add("--transport.listen-addr=127.0.0.1:" + port);
        arguments.add("--publisher.scp.max-in-flight-per-chain=256");
        // Whoever is away for a moment because it was killed is not taken for silent.
        arguments.add("--publisher.scp.queue-expiry=60s");
      }
      case ALPHA, BETA -> {
        long chain = member == Member.ALPHA ? Pair.ALPHA_CHAIN : Pair.BETA_CHAIN;
        arguments.add("--sequencer.chain-id=" + chain);
        arguments.add("--transport.server-addr=127.0.0.1:" + port);
        arguments.add("--transport.reconnect-delay=100ms");
        genesis.forEach((wallet, wei) ->
            arguments.add("--sequencer.execution.genesis." + wallet.address() + "=" + wei));
      }
    }
    ServiceProcess service =
        ServiceProcess.launchQuick(
            member.word() + "-" + life,
            member == Member.PUBLISHER ? publisher : sequencer,
            folder,
            arguments);
    synchronized (running) {
      running.put(member, service);
    }
    service.awaitReady();
  }

  /** Ends one where it stands. */
  void kill(Member member) {
    ServiceProcess service = service(member);
    service.kill();
    ended.add(service);
  }

  /** The one that runs, or ran last. */
  ServiceProcess service(Member member) {
    synchronized (running) {
      ServiceProcess service = running.get(member);
      if (service == null) {
        throw new IllegalStateException(member.word() + " was never started");
      }
      return service;
    }
  }

  /** Its HTTP, whether it answers or not. */
  HttpApi http(Member member) {
    return service(member).http();
  }

  /** A sequencer as its users see it. */
  Rollup rollup(Member member) {
    return new Rollup(
        member.word(),
        member == Member.ALPHA ? Pair.ALPHA_CHAIN : Pair.BETA_CHAIN,
        service(member).http());
  }

  /** Waits until both sequencers are connected. */
  void awaitConnected(Duration limit) {
    for (Member member : List.of(Member.ALPHA, Member.BETA)) {
      Waiting.until(
          member.word() + " to reach the publisher",
          limit,
          () -> http(member).status("/actuator/health/publisher") == 200);
    }
  }

  /** Everything that anybody said, in all lives. */
  List<String> logs() {
    return Stream.concat(ended.stream(), running.values().stream())
        .map(ServiceProcess::log)
        .toList();
  }

  @Override
  public void close() {
    running.values().forEach(ServiceProcess::close);
  }
}
