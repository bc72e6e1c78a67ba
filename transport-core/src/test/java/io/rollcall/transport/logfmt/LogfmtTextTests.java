package io.rollcall.transport.logfmt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogfmtTextTests {

  @ParameterizedTest
  @ValueSource(strings = {"98a7d672", "1.5", "c-1", "/127.0.0.1:8080", "io.rollcall.FactLog"})
  void whatIsSafeStandsAsItIs(String value) {
    assertThat(LogfmtText.value(value)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          ``              | ""
          `two words`     | "two words"
          `a=b`           | "a=b"
          `say "x"`       | "say \\"x\\""
          `C:\\new`       | "C:\\\\new"
          `größer`        | "größer"
          """,
      delimiter = '|')
  void whatIsNotIsQuoted(String value, String written) {
    assertThat(LogfmtText.value(value)).isEqualTo(written);
  }

  @Test
  void whatEndsALineIsEscapedInEachOfItsForms() {
    assertThat(LogfmtText.value("a\nb\r\nc\u000b\f\u0085\u2028\u2029"))
        .isEqualTo("\"a\\nb\\r\\nc\\u000b\\u000c\\u0085\\u2028\\u2029\"");
  }

  @Test
  void whatATerminalWouldActOnIsEscaped() {
    assertThat(LogfmtText.value("\u0000\u001b[2J\u007f\t\u202e\ud800"))
        .isEqualTo("\"\\u0000\\u001b[2J\\u007f\\t\\u202e\\ud800\"");
  }

  @Test
  void aCharacterOfTwoHalvesStaysWhole() {
    assertThat(LogfmtText.value("😀")).isEqualTo("\"😀\"");
  }

  @Test
  void noCharacterAtAllBreaksALine() {
    for (int sign = Character.MIN_CODE_POINT; sign <= Character.MAX_CODE_POINT; sign++) {
      String written = LogfmtText.value("a" + Character.toString(sign) + "b");
      assertThat(written.lines().count() == 1 && written.indexOf('\u2028') < 0)
          .as("U+%04X", sign)
          .isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"took_ms, took_ms", "'a b=\"c\"', a_b__c_", "'x\n', x_", "'', _", "größe, gr__e"})
  void aKeyIsMadeOneThatMayStand(String key, String written) {
    assertThat(LogfmtText.key(key)).isEqualTo(written);
  }
}
