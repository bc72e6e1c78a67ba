package io.rollcall.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.benchmarks.result.Comparison.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTests {

  private static final Environment HERE =
      new Environment(
          Instant.parse("2026-01-01T00:00:00Z"), "a processor", 2, "Linux", "25", "abc", false);

  @Test
  void aDifferenceLargerThanTheSpreadOfEitherRunIsMoreThanNoise() {
    assertThat(verdict(Metric.RATE, List.of(100.0, 102.0), List.of(110.0, 112.0)))
        .isEqualTo(Verdict.BETTER);
    assertThat(verdict(Metric.RATE, List.of(110.0, 112.0), List.of(100.0, 102.0)))
        .isEqualTo(Verdict.WORSE);
  }

  @Test
  void lessTimeIsBetter() {
    assertThat(verdict(Metric.P99, List.of(110.0, 112.0), List.of(100.0, 102.0)))
        .isEqualTo(Verdict.BETTER);
  }

  @Test
  void runsThatOverlapDifferByNoise() {
    assertThat(verdict(Metric.RATE, List.of(100.0, 104.0), List.of(103.0, 112.0)))
        .isEqualTo(Verdict.NOISE);
  }

  @Test
  void runsThatLieApartByLessThanTheirOwnSpreadDifferByNoise() {
    assertThat(verdict(Metric.RATE, List.of(80.0, 82.0, 100.0), List.of(102.0, 103.0, 104.0)))
        .isEqualTo(Verdict.BETTER);
    assertThat(verdict(Metric.RATE, List.of(80.0, 95.0, 100.0), List.of(101.0, 102.0, 103.0)))
        .isEqualTo(Verdict.NOISE);
  }

  @Test
  void oneRepeatSaysNothing() {
    assertThat(verdict(Metric.RATE, List.of(100.0), List.of(200.0, 201.0)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void printsTheRatioOfEachRowAndOtherFiguresOnlyWhereTheyDiffer() {
    Results before =
        results(
            row("2x1", Map.of(Metric.RATE, 100.0, Metric.P99, 5.0, Metric.CPU, 9.0)),
            row("old", Map.of(Metric.RATE, 1.0)));
    Results after =
        results(
            row("2x1", Map.of(Metric.RATE, 200.0, Metric.P99, 5.0, Metric.CPU, 18.0)),
            row("new", Map.of(Metric.RATE, 1.0)));

    assertThat(Comparison.of(before, after))
        .contains("| scp 2x1 |")
        .containsPattern("op/s +\\| +100 +\\| +200 +\\| 2.00 +\\| +better")
        .containsPattern("server CPU us/op .* 2.00 +\\| +WORSE")
        .doesNotContain("p99")
        .contains("Not in both: scp old (A only), scp new (B only)")
        .doesNotContain("machines");
  }

  @Test
  void warnsOfAnotherMachine() {
    Environment there =
        new Environment(HERE.when(), "another one", 64, "Linux", "25", "abc", false);
    Results before = results(row("2x1", Map.of(Metric.RATE, 1.0)));
    Results after = new Results(there, before.settings(), before.rows());

    assertThat(Comparison.of(before, after)).contains("The machines or JDKs differ");
  }

  private static Verdict verdict(Metric metric, List<Double> before, List<Double> after) {
    return Comparison.verdict(metric, before, after);
  }

  private static Row row(String name, Map<Metric, Double> figures) {
    return new Row("scp", name, new ArrayList<>(List.of(figures, figures)));
  }

  private static Results results(Row... rows) {
    return new Results(HERE, new TreeMap<>(), List.of(rows));
  }
}
