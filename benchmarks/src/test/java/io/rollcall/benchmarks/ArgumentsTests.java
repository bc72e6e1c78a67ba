package io.rollcall.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTests {

  @Test
  void nothingIsTheShortSet() {
    Arguments arguments = Arguments.parse(List.of());
    assertThat(arguments.names()).isEmpty();
    assertThat(arguments.seconds()).isEmpty();
    assertThat(arguments.compare()).isEmpty();
  }

  @Test
  void namesAndOptionsMayStandInAnyOrder() {
    Arguments arguments =
        Arguments.parse(
            List.of("ping", "--seconds", "7", "scp", "--out", "/tmp/a.json", "--repeats", "5"));
    assertThat(arguments.names()).containsExactly("ping", "scp");
    assertThat(arguments.seconds()).contains(7);
    assertThat(arguments.repeats()).contains(5);
    assertThat(arguments.out()).contains(Path.of("/tmp/a.json"));
  }

  @Test
  void comparesTwoFiles() {
    assertThat(Arguments.parse(List.of("--compare", "a.json", "b.json")).compare())
        .containsExactly(Path.of("a.json"), Path.of("b.json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--fast",
        "--seconds",
        "--seconds 0",
        "--seconds many",
        "--seconds --repeats 3",
        "--compare a.json",
        "--compare a.json b.json ping"
      })
  void saysWhatIsWrong(String line) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arguments.parse(List.of(line.split(" ", -1))))
        .withMessageContaining(line.split(" ", -1)[0]);
  }
}
