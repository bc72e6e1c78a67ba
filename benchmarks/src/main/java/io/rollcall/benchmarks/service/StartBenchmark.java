package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.process.JavaProcess;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From the start of the process to the line that says it is ready. */
public final class StartBenchmark implements Benchmark {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String about() {
    return "from the start of the publisher's process until it is ready: the jar as it is, extracted,"
        + " with an AOT cache";
  }

  @Override
  public void run(Session session) throws Exception {
    Path target = Files.createDirectories(session.work());
    Path extracted = target.resolve("extracted");
    Path cache = target.resolve("publisher.aot");
    finish(
        target,
        List.of(
            "-Djarmode=tools",
            "-jar",
            session.publisherJar().toString(),
            "extract",
            "--force",
            "--destination",
            extracted.toString()));
    String jar = extracted.resolve(session.publisherJar().getFileName()).toString();
    Files.deleteIfExists(cache);
    List<String> training =
        new ArrayList<>(List.of("-XX:AOTCacheOutput=" + cache, "-Dspring.context.exit=onRefresh"));
    training.addAll(
        List.of(
            "-jar",
            jar,
            "--transport.listen-addr=127.0.0.1:0",
            "--server.port=0",
            "--publisher.storage.url=memory"));
    finish(target, training);
    for (int i = 0; i < session.repeats(); i++) {
      measure(session, "jar", List.of("-jar", session.publisherJar().toString()));
      measure(session, "extracted jar", List.of("-jar", jar));
      measure(session, "extracted jar, AOT cache", List.of("-XX:AOTCache=" + cache, "-jar", jar));
    }
  }

  private void measure(Session session, String name, List<String> launch)
      throws InterruptedException {
    try (Publisher publisher =
        new Publisher(session.work(), launch, Storage.MEMORY, Sockets.EPOLL, List.of())) {
      session.add(this, name, Map.of(Metric.SECONDS, publisher.started().toMillis() / 1000.0));
    }
  }

  private static void finish(Path directory, List<String> arguments) throws InterruptedException {
    try (JavaProcess process = new JavaProcess(directory, arguments)) {
      process.awaitEnd(LIMIT);
    }
  }
}
