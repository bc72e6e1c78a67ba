package io.rollcall.transport.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarksTextTests {

  private static final Map<ByteString, Long> MARKS =
      Map.of(key(1), 1_700_000_000_000_000_001L, key(2), Long.MAX_VALUE, key(3), Long.MIN_VALUE);

  @Test
  void readsWhatItWrote() {
    assertThat(MarksText.decode(MarksText.encode(MARKS))).isEqualTo(MARKS);
    assertThat(MarksText.decode(MarksText.encode(Map.of()))).isEmpty();
  }

  @Test
  void anOperatorCanReadIt() {
    assertThat(MarksText.encode(Map.of(key(1), 5L)))
        .asString(StandardCharsets.US_ASCII)
        .matches("rollcall replay marks, version 1\n020{63}1 5 [0-9a-f]{8}\nend 1\n");
  }

  @Test
  void everyChangedBitIsFound() {
    byte[] whole = MarksText.encode(MARKS);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(changed);
    }
  }

  @Test
  void everythingThatWasCutOffIsFound() {
    byte[] whole = MarksText.encode(MARKS);
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length));
    }
    assertRefused(Arrays.copyOf(whole, whole.length + 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                                   | it holds something else
          SQLite format 3                                      | it holds something else
          'rollcall replay marks, version 2\\nend 0\\n'        | it has version 2, not 1
          'rollcall replay marks, version 1\\n'                | its end is missing
          'rollcall replay marks, version 1\\nend 1\\n'        | its last line does not fit the others
          'rollcall replay marks, version 1\\n02 5\\nend 1\\n' | line 2 is damaged
          """)
  void saysWhatIsWrong(String text, String problem) {
    byte[] bytes = text.replace("\\n", "\n").getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> MarksText.decode(bytes)).hasMessage(problem);
  }

  private static void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> MarksText.decode(bytes))
        .isExactlyInstanceOf(IllegalArgumentException.class);
  }

  private static ByteString key(int number) {
    return ByteString.fromHex("02%064x".formatted(number));
  }
}
