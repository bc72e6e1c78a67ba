package io.rollcall.scp.simulation;

import io.rollcall.proto.XtId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Time, chance and memory of one run: everything that happens in it comes from its seed. */
final class World {

  /** A run that needs more is not coming to rest. */
  private static final int MAX_EVENTS = 500_000;

  /** An XT as its record writes itself; its id is enough for a reader. */
  private static final Pattern WHOLE_XT =
      Pattern.compile(
          "CrossChainTransaction\\[id=([0-9a-f]{64}), .*?, chains=\\[[0-9, ]*]]", Pattern.DOTALL);

  /** Every line has its time already. */
  private static final Pattern TIMES =
      Pattern.compile(", \\w+(?:Nanos|At)=(?:OptionalLong)?(?:\\.empty|\\[?\\d+]?)");

  private record Event(long at, long sequence, Runnable action) {}

  private final SplittableRandom random;
  private final boolean tracing;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::sequence));
  private final EnumMap<Happening, Integer> counts = new EnumMap<>(Happening.class);
  private final List<String> trace = new ArrayList<>();
  private final Map<XtId, String> names = new LinkedHashMap<>();
  private final long start = Duration.ofDays(20_000).toNanos();
  private long now = start;
  private long sequence;
  private boolean faulty = true;

  World(long seed, boolean tracing) {
    // Neighbouring seeds would otherwise begin alike.
    this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
    this.tracing = tracing;
  }

  long now() {
    return now;
  }

  /** Whether faults may still happen. */
  boolean faulty() {
    return faulty;
  }

  void endFaults() {
    faulty = false;
    note(() -> "---- no more faults");
  }

  // ---- chance

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  long micros(int from, int to) {
    return (from + random.nextInt(to - from)) * 1_000L;
  }

  long millis(int from, int to) {
    return (from + random.nextInt(to - from)) * 1_000_000L;
  }

  // ---- events

  void after(long nanos, Runnable action) {
    at(now + nanos, action);
  }

  void at(long time, Runnable action) {
    events.add(new Event(Math.max(time, now), sequence++, action));
  }

  /** Runs until nothing is left to happen. */
  void run(Runnable afterEachStep) {
    for (int count = 0; ; count++) {
      Event event = events.poll();
      if (event == null) {
        return;
      }
      if (count == MAX_EVENTS) {
        throw new Violation(null, "the run does not come to rest");
      }
      now = event.at;
      event.action.run();
      afterEachStep.run();
    }
  }

  // ---- memory

  void count(Happening happening) {
    counts.merge(happening, 1, Integer::sum);
  }

  Map<Happening, Integer> counts() {
    return counts;
  }

  void name(XtId id, String name) {
    names.put(id, name);
  }

  String name(XtId id) {
    return names.getOrDefault(id, id.hex().substring(0, 8));
  }

  /** Writes a line of the trace, if there is one. */
  void note(Supplier<String> line) {
    if (tracing) {
      String text = WHOLE_XT.matcher(line.get()).replaceAll("$1");
      text = TIMES.matcher(text).replaceAll("");
      for (Map.Entry<XtId, String> name : names.entrySet()) {
        text = text.replace(name.getKey().hex(), name.getValue());
      }
      trace.add("%10.3f ms  %s".formatted((now - start) / 1e6, text));
    }
  }

  List<String> trace() {
    return trace;
  }
}
