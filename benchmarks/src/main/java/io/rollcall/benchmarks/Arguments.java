package io.rollcall.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code bin/bench} was called with.
 *
 * @param names of benchmarks; none is the short set
 * @param seconds of each measurement, when given
 * @param repeats of everything, when given
 * @param out where the results go, when given
 * @param compare two files of results, or none
 */
record Arguments(
    List<String> names,
    Optional<Integer> seconds,
    Optional<Integer> repeats,
    Optional<Path> out,
    List<Path> compare) {

  private static final int MOST = 600;

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException saying what is wrong with them
   */
  static Arguments parse(List<String> words) {
    List<String> names = new ArrayList<>();
    Optional<Integer> seconds = Optional.empty();
    Optional<Integer> repeats = Optional.empty();
    Optional<Path> out = Optional.empty();
    List<Path> compare = List.of();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "--seconds" -> seconds = Optional.of(number(word, values(words, i++, 1)));
        case "--repeats" -> repeats = Optional.of(number(word, values(words, i++, 1)));
        case "--out" -> out = Optional.of(Path.of(values(words, i++, 1).getFirst()));
        case "--compare" -> {
          compare = values(words, i, 2).stream().map(Path::of).toList();
          i += 2;
        }
        default -> {
          if (word.startsWith("-")) {
            throw new IllegalArgumentException("unknown option '" + word + "'");
          }
          names.add(word);
        }
      }
    }
    if (!compare.isEmpty() && words.size() > 3) {
      throw new IllegalArgumentException("--compare takes two files and nothing else");
    }
    return new Arguments(List.copyOf(names), seconds, repeats, out, compare);
  }

  private static List<String> values(List<String> words, int option, int count) {
    List<String> values = words.subList(option + 1, Math.min(option + 1 + count, words.size()));
    if (values.size() < count || values.stream().anyMatch(value -> value.startsWith("--"))) {
      throw new IllegalArgumentException(
          words.get(option) + " takes " + (count == 1 ? "a value" : count + " values"));
    }
    return values;
  }

  private static int number(String option, List<String> value) {
    try {
      int number = Integer.parseInt(value.getFirst());
      if (number >= 1 && number <= MOST) {
        return number;
      }
    } catch (NumberFormatException noNumber) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "%s is '%s', expected a number from 1 to %d".formatted(option, value.getFirst(), MOST));
  }
}
