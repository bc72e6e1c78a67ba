package io.rollcall.benchmarks.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two runs side by side. A difference counts as more than noise when every repeat of the one run
 * lies on the same side of every repeat of the other, and the medians are farther apart than the
 * repeats of either run. With three repeats each that still comes about by chance in up to one of
 * ten figures, so it is a hint to look again, not a proof.
 */
public final class Comparison {

  /** With fewer repeats the spread says nothing. */
  private static final int LEAST_REPEATS = 2;

  private Comparison() {}

  /** What a difference is. */
  enum Verdict {
    BETTER("better"),
    WORSE("WORSE"),
    NOISE("within noise"),
    UNKNOWN("one repeat only");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }
  }

  /** The rows that both have, in Markdown, and a warning where the environments differ. */
  public static String of(Results before, Results after) {
    StringBuilder text = new StringBuilder();
    text.append("A: ").append(Table.head(before.environment())).append('\n');
    text.append("B: ").append(Table.head(after.environment())).append('\n');
    if (!sameMachine(before.environment(), after.environment())) {
      text.append("The machines or JDKs differ: the ratios say nothing of the sources.\n");
    }
    if (!before.settings().equals(after.settings())) {
      text.append(
          "The settings differ: A %s, B %s\n".formatted(before.settings(), after.settings()));
    }
    Map<String, Row> later = new TreeMap<>();
    after.rows().forEach(row -> later.put(key(row), row));
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("row", "figure", "A", "B", "B/A", ""));
    List<String> missing = new ArrayList<>();
    for (Row row : before.rows()) {
      Row other = later.remove(key(row));
      if (other == null) {
        missing.add(key(row) + " (A only)");
      } else {
        lines.addAll(lines(row, other));
      }
    }
    later.keySet().forEach(key -> missing.add(key + " (B only)"));
    text.append('\n').append(Table.markdown(lines));
    if (!missing.isEmpty()) {
      text.append("\nNot in both: ").append(String.join(", ", missing)).append('\n');
    }
    return text.toString();
  }

  /** Of the first figure always, of the others where they differ. */
  private static List<List<String>> lines(Row before, Row after) {
    List<List<String>> lines = new ArrayList<>();
    for (Metric metric : before.metrics()) {
      List<Double> a = before.values(metric);
      List<Double> b = after.values(metric);
      if (b.isEmpty()) {
        continue;
      }
      Verdict verdict = verdict(metric, a, b);
      boolean says = verdict == Verdict.BETTER || verdict == Verdict.WORSE;
      if (!lines.isEmpty() && !says) {
        continue;
      }
      double ratio = Row.median(b) / Row.median(a);
      lines.add(
          List.of(
              key(before),
              metric.label(),
              Metric.text(Row.median(a)),
              Metric.text(Row.median(b)),
              Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "",
              verdict.text));
    }
    return lines;
  }

  /** Of two ascending lists. */
  static Verdict verdict(Metric metric, List<Double> before, List<Double> after) {
    if (before.size() < LEAST_REPEATS || after.size() < LEAST_REPEATS) {
      return Verdict.UNKNOWN;
    }
    boolean apart = after.getFirst() > before.getLast() || after.getLast() < before.getFirst();
    double difference = Math.abs(Row.median(after) - Row.median(before));
    if (!apart || difference <= Math.max(spread(before), spread(after))) {
      return Verdict.NOISE;
    }
    return metric.improved(Row.median(before), Row.median(after)) ? Verdict.BETTER : Verdict.WORSE;
  }

  private static double spread(List<Double> ascending) {
    return ascending.getLast() - ascending.getFirst();
  }

  private static boolean sameMachine(Environment a, Environment b) {
    return a.cpu().equals(b.cpu())
        && a.processors() == b.processors()
        && a.os().equals(b.os())
        && a.jdk().equals(b.jdk());
  }

  private static String key(Row row) {
    return row.benchmark() + " " + row.name();
  }
}
