package io.rollcall.benchmarks.result;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One line of the table.
 *
 * @param benchmark as {@code bin/bench} knows it
 * @param name what was measured in it; together they name the row
 * @param repeats the figures of each repeat, in order; at least one
 */
public record Row(String benchmark, String name, List<Map<Metric, Double>> repeats) {

  /** Takes copies. */
  public Row {
    if (repeats.isEmpty()) {
      throw new IllegalArgumentException(benchmark + " " + name + " was not measured");
    }
    repeats = repeats.stream().<Map<Metric, Double>>map(EnumMap::new).toList();
  }

  /** The figures it has. */
  Set<Metric> metrics() {
    Set<Metric> metrics = EnumSet.noneOf(Metric.class);
    repeats.forEach(repeat -> metrics.addAll(repeat.keySet()));
    return metrics;
  }

  /** The values of one figure, ascending; empty where it has none. */
  List<Double> values(Metric metric) {
    List<Double> values = new ArrayList<>();
    for (Map<Metric, Double> repeat : repeats) {
      Double value = repeat.get(metric);
      if (value != null) {
        values.add(value);
      }
    }
    return values.stream().sorted().toList();
  }

  /** The middle one; of an even number the mean of both in the middle. */
  static double median(List<Double> ascending) {
    int middle = ascending.size() / 2;
    return ascending.size() % 2 == 1
        ? ascending.get(middle)
        : (ascending.get(middle - 1) + ascending.get(middle)) / 2;
  }
}
