package io.rollcall.benchmarks.result;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * All of one run.
 *
 * @param environment where and on what
 * @param settings what was asked for: seconds, repeats, sizes
 * @param rows in the order in which they were measured
 */
public record Results(Environment environment, SortedMap<String, String> settings, List<Row> rows) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Takes copies. */
  public Results {
    settings = new TreeMap<>(settings);
    rows = List.copyOf(rows);
  }

  /** Writes them as JSON, replacing the file. */
  public void write(Path file) {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file, this);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException when the file cannot be read, saying why
   */
  public static Results read(Path file) {
    try {
      return JSON.readValue(file, Results.class);
    } catch (JacksonException unreadable) {
      throw new IllegalArgumentException(
          file + " holds no results of bin/bench: " + unreadable.getOriginalMessage(), unreadable);
    }
  }
}
