package io.rollcall.benchmarks.micro;

import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import java.util.EnumMap;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One class of JMH benchmarks. */
public final class MicroBenchmark implements Benchmark {

  private static final int WARM_UPS = 3;
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /** What can be timed. */
  public enum Subject {
    /** Protobuf. */
    CODEC("codec", "messages to bytes and back", CodecTiming.class),
    /** Large messages made smaller. */
    COMPRESSION("compression", "messages to zstd and back", CompressionTiming.class),
    /** Judging and proving who somebody is. */
    HELLO("hello", "the arithmetic of a handshake, without a socket", HelloTiming.class),
    /** From an event loop to a handler. */
    DISPATCH("dispatch", "messages handed over to the thread of a handler", DispatchTiming.class),
    /** The two-phase commit. */
    MACHINES("machines", "one XT through the state machines of either side", MachineTiming.class),
    /** What is durable. */
    LOG("log", "rows appended to the decision log, each with its sync", LogTiming.class);

    private final String label;
    private final String about;
    private final Class<?> timing;

    Subject(String label, String about, Class<?> timing) {
      this.label = label;
      this.about = about;
      this.timing = timing;
    }

    /** As it is called on the command line. */
    public String label() {
      return label;
    }
  }

  private final Subject subject;

  /** Of one subject. */
  public MicroBenchmark(Subject subject) {
    this.subject = subject;
  }

  @Override
  public String name() {
    return subject.label;
  }

  @Override
  public String about() {
    return subject.about;
  }

  @Override
  public void run(Session session) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("\\b" + subject.timing.getSimpleName() + "\\.")
            .forks(session.repeats())
            .warmupIterations(WARM_UPS)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(Math.toIntExact(session.duration().toSeconds()))
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    for (RunResult result : new Runner(options).run()) {
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        session.add(this, name(result), figures(fork));
      }
    }
  }

  private static String name(RunResult result) {
    String method = result.getParams().getBenchmark();
    StringBuilder name = new StringBuilder(method.substring(method.lastIndexOf('.') + 1));
    for (String parameter : result.getParams().getParamsKeys()) {
      name.append(", ").append(result.getParams().getParam(parameter));
    }
    return name.toString();
  }

  private static Map<Metric, Double> figures(BenchmarkResult fork) {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.TIME, fork.getPrimaryResult().getScore());
    Result<?> allocated = fork.getSecondaryResults().get(ALLOCATED);
    if (allocated != null) {
      figures.put(Metric.ALLOCATED, allocated.getScore());
    }
    Result<?> compressed = fork.getSecondaryResults().get(CompressionTiming.Size.COMPRESSED);
    if (compressed != null) {
      // JMH adds events up over the iterations, and each of them had the same.
      figures.put(Metric.COMPRESSED, compressed.getScore() / fork.getIterationResults().size());
    }
    return figures;
  }
}
