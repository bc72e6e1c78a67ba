package io.rollcall.benchmarks.result;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Results for people: a head that says where they come from, and one table for each benchmark. */
public final class Table {

  private Table() {}

  /** The whole, in Markdown. */
  public static String of(Results results) {
    StringBuilder text = new StringBuilder();
    text.append(head(results.environment()));
    results
        .settings()
        .forEach((name, value) -> text.append(", ").append(name).append(' ').append(value));
    text.append("; medians, and how far the repeats of the first figure lie apart\n");
    Map<String, List<Row>> benchmarks = new LinkedHashMap<>();
    for (Row row : results.rows()) {
      benchmarks.computeIfAbsent(row.benchmark(), name -> new ArrayList<>()).add(row);
    }
    benchmarks.forEach((name, rows) -> text.append('\n').append(of(name, rows)));
    return text.toString();
  }

  /** One line about where and on what. */
  static String head(Environment environment) {
    return "%s, %d processors, %s; Java %s; commit %s%s; %s"
        .formatted(
            environment.cpu(),
            environment.processors(),
            environment.os(),
            environment.jdk(),
            environment.commit(),
            environment.dirty() ? " with changes" : "",
            environment.when());
  }

  private static String of(String benchmark, List<Row> rows) {
    Set<Metric> metrics = EnumSet.noneOf(Metric.class);
    rows.forEach(row -> metrics.addAll(row.metrics()));
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(benchmark));
    metrics.forEach(metric -> head.add(metric.label()));
    head.add("spread");
    lines.add(head);
    for (Row row : rows) {
      List<String> line = new ArrayList<>(List.of(row.name()));
      for (Metric metric : metrics) {
        List<Double> values = row.values(metric);
        line.add(values.isEmpty() ? "" : Metric.text(Row.median(values)));
      }
      line.add(spread(row));
      lines.add(line);
    }
    return markdown(lines);
  }

  private static String spread(Row row) {
    Metric first = row.metrics().iterator().next();
    List<Double> values = row.values(first);
    double median = Row.median(values);
    if (values.size() < 2 || median == 0) {
      return "";
    }
    return "%.0f %%".formatted((values.getLast() - values.getFirst()) / median * 100);
  }

  /** The first column to the left, the others to the right. */
  static String markdown(List<List<String>> lines) {
    int columns = lines.getFirst().size();
    List<Integer> widths = new ArrayList<>(Collections.nCopies(columns, 3));
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths.set(i, Math.max(widths.get(i), line.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < lines.size(); row++) {
      for (int i = 0; i < columns; i++) {
        String pad = " ".repeat(widths.get(i) - lines.get(row).get(i).length());
        String cell = lines.get(row).get(i);
        text.append("| ").append(i == 0 ? cell + pad : pad + cell).append(' ');
      }
      text.append("|\n");
      if (row == 0) {
        for (int i = 0; i < columns; i++) {
          text.append('|').append("-".repeat(widths.get(i) + 1)).append(i == 0 ? "-" : ":");
        }
        text.append("|\n");
      }
    }
    return text.toString();
  }
}
