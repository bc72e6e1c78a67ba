package io.rollcall.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTests {

  private static final Results RESULTS =
      new Results(
          new Environment(
              Instant.parse("2026-01-02T03:04:05Z"),
              "a processor",
              2,
              "Linux 6 amd64",
              "25 VM",
              "abc",
              true),
          new TreeMap<>(Map.of("seconds", "4")),
          List.of(
              new Row(
                  "ping",
                  "7x1",
                  List.of(
                      Map.of(Metric.RATE, 90.0, Metric.P50, 1.234),
                      Map.of(Metric.RATE, 110.0, Metric.P50, 2.0),
                      Map.of(Metric.RATE, 100.0, Metric.P50, 1.5))),
              new Row("idle", "2,000", List.of(Map.of(Metric.DROPPED, 0.0))),
              new Row("ping", "1x1", List.of(Map.of(Metric.RATE, 123456.7)))));

  @Test
  void saysWhereItWasMeasuredAndWithWhat() {
    assertThat(Table.of(RESULTS).lines().findFirst())
        .hasValueSatisfying(head ->
            assertThat(head)
                .startsWith(
                    "a processor, 2 processors, Linux 6 amd64; Java 25 VM; commit abc with"
                        + " changes; 2026-01-02T03:04:05Z, seconds 4"));
  }

  @Test
  void showsMediansAndSpreadInOneTableForEachBenchmark() {
    assertThat(Table.of(RESULTS))
        .contains(
            """
            | ping |    op/s | p50 us | spread |
            |------|--------:|-------:|-------:|
            | 7x1  |     100 |   1.50 |   20 % |
            | 1x1  | 123,457 |        |        |

            | idle  | dropped | spread |
            |-------|--------:|-------:|
            | 2,000 |       0 |        |
            """);
  }

  @Test
  void whatIsWrittenCanBeRead(@TempDir Path folder) {
    Path file = folder.resolve("results.json");
    RESULTS.write(file);
    assertThat(Results.read(file)).isEqualTo(RESULTS);
  }

  @Test
  void aFileThatHoldsNoResultsIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), "[1]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Results.read(file))
        .withMessageContaining("other.json holds no results of bin/bench");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Results.read(folder.resolve("none.json")))
        .withMessageContaining("none.json");
  }
}
