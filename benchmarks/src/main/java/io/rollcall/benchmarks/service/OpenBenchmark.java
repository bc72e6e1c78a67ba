package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.load.Generator;
import io.rollcall.benchmarks.load.OpenLoad;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Authenticated connections, opened and closed. */
public final class OpenBenchmark implements Benchmark {

  private static final int CONNECTIONS = 600;
  private static final int PARALLEL = 8;
  private static final int WARM_UPS = 8;

  @Override
  public String name() {
    return "open";
  }

  @Override
  public String about() {
    return "authenticated connections opened and closed, 600 of them, 8 at a time";
  }

  @Override
  public void run(Session session) throws IOException, InterruptedException {
    List<KeyPair> keys = new ArrayList<>();
    SecureRandom random = new SecureRandom();
    StringBuilder trusted = new StringBuilder();
    for (int i = 0; i < CONNECTIONS; i++) {
      KeyPair key = KeyPairs.generate(random);
      keys.add(key);
      trusted.append("bench-%d: \"%s\"%n".formatted(i, key.publicKey()));
    }
    Path file = Files.createTempFile(Files.createDirectories(session.work()), "trusted-", ".yml");
    try {
      Files.writeString(file, trusted);
      for (int i = 0; i < session.repeats(); i++) {
        run(session, keys, file, true);
        run(session, keys, file, false);
      }
    } finally {
      Files.delete(file);
    }
  }

  private void run(Session session, List<KeyPair> keys, Path trusted, boolean onDisk)
      throws InterruptedException {
    try (Publisher publisher =
            Publishers.start(
                session,
                Storage.MEMORY,
                Sockets.EPOLL,
                "--auth.enabled=true",
                "--auth.replay-file=" + (onDisk ? "replay" : ""),
                "--auth.trusted-sequencers-file=" + trusted);
        Generator generator = new Generator()) {
      for (int i = 0; i < WARM_UPS; i++) {
        var _ = open(generator, publisher, keys);
      }
      session.add(
          this,
          "%d, %d at a time, %s"
              .formatted(
                  CONNECTIONS, PARALLEL, onDisk ? "hellos kept on disk" : "hellos kept in memory"),
          open(generator, publisher, keys));
    }
  }

  private static Map<Metric, Double> open(
      Generator generator, Publisher publisher, List<KeyPair> keys) throws InterruptedException {
    return OpenLoad.run(generator, publisher.port(), keys, PARALLEL, publisher.process()::cpu);
  }
}
