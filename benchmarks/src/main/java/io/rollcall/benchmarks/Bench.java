package io.rollcall.benchmarks;

import io.rollcall.benchmarks.micro.MicroBenchmark;
import io.rollcall.benchmarks.result.Comparison;
import io.rollcall.benchmarks.result.Environment;
import io.rollcall.benchmarks.result.Results;
import io.rollcall.benchmarks.result.Table;
import io.rollcall.benchmarks.service.IdleBenchmark;
import io.rollcall.benchmarks.service.OpenBenchmark;
import io.rollcall.benchmarks.service.PingBenchmark;
import io.rollcall.benchmarks.service.ScpBenchmark;
import io.rollcall.benchmarks.service.StallBenchmark;
import io.rollcall.benchmarks.service.StartBenchmark;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import io.rollcall.benchmarks.transport.HandshakeBenchmark;
import io.rollcall.benchmarks.versus.GrpcBenchmark;
import io.rollcall.benchmarks.versus.MemoryBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What {@code bin/bench} runs. Not for use as a library. */
public final class Bench {

  /** In the order of the table. Some take a while to make. */
  private static final Map<String, Supplier<Benchmark>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("ping", PingBenchmark::new);
    ALL.put("scp", ScpBenchmark::new);
    ALL.put("open", OpenBenchmark::new);
    ALL.put("idle", IdleBenchmark::new);
    ALL.put("stall", StallBenchmark::new);
    ALL.put("start", StartBenchmark::new);
    for (GrpcBenchmark.Part part : GrpcBenchmark.Part.values()) {
      ALL.put(part.label(), () -> new GrpcBenchmark(part));
    }
    ALL.put("memory", MemoryBenchmark::new);
    ALL.put("handshake", HandshakeBenchmark::new);
    for (MicroBenchmark.Subject subject : MicroBenchmark.Subject.values()) {
      ALL.put(subject.label(), () -> new MicroBenchmark(subject));
    }
  }

  private static final List<String> SHORT = List.of("ping", "scp", "grpc-round-trip");
  private static final int SHORT_SECONDS = 2;
  private static final int SHORT_REPEATS = 2;
  private static final int SECONDS = 4;
  private static final int REPEATS = 3;

  private static final DateTimeFormatter FILE_NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private Bench() {}

  /** Measures or compares, and prints a table; exit code 2 when it was asked wrongly. */
  public static void main(String[] words) throws Exception {
    try {
      Arguments arguments = Arguments.parse(List.of(words));
      if (arguments.compare().isEmpty()) {
        run(arguments);
      } else {
        System.out.print(
            Comparison.of(
                Results.read(arguments.compare().getFirst()),
                Results.read(arguments.compare().getLast())));
      }
    } catch (IllegalArgumentException wrong) {
      System.err.println("bin/bench: " + wrong.getMessage());
      System.exit(2);
    }
  }

  private static void run(Arguments arguments) throws Exception {
    boolean brief = arguments.names().isEmpty();
    List<Benchmark> benchmarks = new ArrayList<>();
    for (String name : brief ? SHORT : arguments.names()) {
      Supplier<Benchmark> benchmark = ALL.get(name);
      if (benchmark == null) {
        throw new IllegalArgumentException(
            "there is no benchmark '" + name + "', only " + String.join(", ", ALL.keySet()));
      }
      benchmarks.add(benchmark.get());
    }
    int seconds = arguments.seconds().orElse(brief ? SHORT_SECONDS : SECONDS);
    int repeats = arguments.repeats().orElse(brief ? SHORT_REPEATS : REPEATS);
    Path repository = Path.of("").toAbsolutePath();
    Environment environment = Environment.here(repository);
    Session session = new Session(repository, Duration.ofSeconds(seconds), repeats, brief);
    for (Benchmark benchmark : benchmarks) {
      System.err.println(benchmark.name() + ": " + benchmark.about());
      benchmark.run(session);
    }
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("seconds", Integer.toString(seconds));
    settings.put("repeats", Integer.toString(repeats));
    Results results = new Results(environment, settings, session.rows());
    Path file = arguments.out().orElseGet(() -> defaultFile(repository, arguments, environment));
    write(results, file);
    System.out.println();
    System.out.print(Table.of(results));
    System.err.println("\nWritten to " + file);
  }

  private static Path defaultFile(Path repository, Arguments arguments, Environment environment) {
    String what = arguments.names().isEmpty() ? "short" : String.join("-", arguments.names());
    return repository.resolve(
        "benchmarks/target/results/%s-%s.json"
            .formatted(what, FILE_NAME.format(environment.when())));
  }

  private static void write(Results results, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    results.write(file);
  }
}
