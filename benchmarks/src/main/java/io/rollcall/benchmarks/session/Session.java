package io.rollcall.benchmarks.session;

import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.result.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run of {@code bin/bench}: what was asked for, and what came of it. */
public final class Session {

  private final Path repository;
  private final Duration duration;
  private final int repeats;
  private final boolean brief;
  private final Map<Key, List<Map<Metric, Double>>> rows = new LinkedHashMap<>();

  private record Key(String benchmark, String name) {}

  /**
   * Nothing is measured yet.
   *
   * @param repository with the built jars in it
   * @param duration of each measurement
   * @param repeats of everything
   * @param brief whether a benchmark leaves out what is not needed to notice a change
   */
  public Session(Path repository, Duration duration, int repeats, boolean brief) {
    this.repository = repository;
    this.duration = duration;
    this.repeats = repeats;
    this.brief = brief;
  }

  /** A folder for what is needed while measuring, on the disk of the sources. */
  public Path work() {
    return repository.resolve("benchmarks/target/work");
  }

  /** The publisher's jar. */
  public Path publisherJar() {
    return repository.resolve("publisher-service/target/publisher-service.jar");
  }

  /** How long each measurement takes. */
  public Duration duration() {
    return duration;
  }

  /** How often everything is measured. */
  public int repeats() {
    return repeats;
  }

  /** Whether a benchmark leaves out what is not needed to notice a change. */
  public boolean brief() {
    return brief;
  }

  /** One repeat of one row; says so on standard error. */
  public void add(Benchmark benchmark, String name, Map<Metric, Double> figures) {
    List<Map<Metric, Double>> measured =
        rows.computeIfAbsent(new Key(benchmark.name(), name), key -> new ArrayList<>());
    measured.add(figures);
    System.err.printf("%s %s: %d of %d%n", benchmark.name(), name, measured.size(), repeats);
  }

  /** Everything so far. */
  public List<Row> rows() {
    return rows.entrySet().stream()
        .map(row -> new Row(row.getKey().benchmark(), row.getKey().name(), row.getValue()))
        .toList();
  }
}
