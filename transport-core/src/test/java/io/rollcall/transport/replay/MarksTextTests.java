package io.rollcall.transport.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarksTextTests {

  private static final Marks MARKS =
      new Marks(
          Map.of(
              key(1), 1_700_000_000_000_000_001L, key(2), Long.MAX_VALUE, key(3), Long.MIN_VALUE),
          1_700_000_000_000_000_002L);

  @Test
  void readsWhatItWrote() {
    assertThat(MarksText.decode(MarksText.encode(MARKS))).isEqualTo(MARKS);
    Marks none = new Marks(Map.of(), Marks.NONE);
    assertThat(MarksText.decode(MarksText.encode(none))).isEqualTo(none);
  }

  @Test
  void anOperatorCanReadIt() {
    assertThat(MarksText.encode(new Marks(Map.of(key(1), 5L), 6)))
        .asString(StandardCharsets.US_ASCII)
        .matches(
            """
            rollcall replay marks, version 4
            020{63}1 5 [0-9a-f]{8}
            all 6 [0-9a-f]{8}
            end 0 2 [0-9a-f]{8}
            """);
  }

  @Test
  void readsWhatTheVersionBeforeWrote() {
    String now =
        new String(MarksText.encode(ofKeys(Map.of(key(1), 5L))), StandardCharsets.US_ASCII);
    byte[] before = now.replace("version 4", "version 2").getBytes(StandardCharsets.US_ASCII);
    assertThat(MarksText.decode(before)).isEqualTo(ofKeys(Map.of(key(1), 5L)));
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
  }

  @Test
  void laterBatchesCountMore() {
    byte[] file = file(Map.of(key(1), 7L), Map.of(key(1), 8L, key(4), 1L));
    assertThat(MarksText.decode(file).ofKeys()).containsEntry(key(1), 8L).containsEntry(key(4), 1L);
    byte[] padded = Arrays.copyOf(file, file.length + 100);
    Arrays.fill(padded, file.length, padded.length, (byte) '\n');
    assertThat(MarksText.decode(padded)).isEqualTo(MarksText.decode(file));
  }

  @Test
  void ofTheMarksForAllKeysTheLastBatchCountsAlone() {
    byte[] first = MarksText.encode(MARKS);
    byte[] lower = concat(first, MarksText.encodeBatch(1, new Marks(Map.of(), 7)));
    assertThat(MarksText.decode(lower).ofAll()).isEqualTo(7);
    byte[] none = concat(lower, MarksText.encodeBatch(2, new Marks(Map.of(), Marks.NONE)));
    assertThat(MarksText.decode(none).ofAll()).isEqualTo(Marks.NONE);
    assertThat(MarksText.decode(none).ofKeys()).isEqualTo(MARKS.ofKeys());
  }

  @Test
  void aMarkIsOfItsKeyOrOfAllWhicheverIsHigher() {
    assertThat(new Marks(Map.of(key(1), 5L), Marks.NONE).of(key(1))).hasValue(5);
    assertThat(new Marks(Map.of(key(1), 5L), Marks.NONE).of(key(2))).isEmpty();
    assertThat(new Marks(Map.of(key(1), 5L), 4).of(key(1))).hasValue(5);
    assertThat(new Marks(Map.of(key(1), 5L), 6).of(key(1))).hasValue(6);
    assertThat(new Marks(Map.of(key(1), 5L), 6).of(key(2))).hasValue(6);
  }

  @Test
  void aLastBatchThatIsNotWholeDoesNotCount() {
    byte[] before = file(Map.of(key(1), 7L));
    byte[] last = MarksText.encodeBatch(2, ofKeys(Map.of(key(1), 8L, key(4), 1L)));
    byte[] file = concat(before, last);
    // Whatever part of it came to the disk, in any order: empty lines stood there before.
    for (int from = 0; from < last.length; from++) {
      for (int to = from + 1; to <= last.length; to++) {
        byte[] torn = file.clone();
        Arrays.fill(torn, before.length + from, before.length + to, (byte) '\n');
        if (!Arrays.equals(torn, file)) {
          assertThat(MarksText.decode(torn)).isEqualTo(MarksText.decode(before));
        }
      }
    }
  }

  @Test
  void everyChangedBitBeforeTheLastBatchIsFound() {
    byte[] before = file(Map.of(key(1), 7L));
    byte[] file = concat(before, MarksText.encodeBatch(2, ofKeys(Map.of(key(4), 1L))));
    for (int bit = 0; bit < before.length * 8; bit++) {
      byte[] changed = file.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(changed);
    }
  }

  @Test
  void aChangedBitInTheLastBatchIsNeverAnotherMark() {
    byte[] before = file(Map.of(key(1), 7L));
    byte[] file = concat(before, MarksText.encodeBatch(2, ofKeys(Map.of(key(4), 1L))));
    for (int bit = before.length * 8; bit < file.length * 8; bit++) {
      byte[] changed = file.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(MarksText.decode(changed)).isEqualTo(MarksText.decode(before));
    }
  }

  @Test
  void aBatchThatIsMissingIsFound() {
    byte[] missing =
        concat(
            MarksText.encode(MARKS),
            MarksText.encodeBatch(2, ofKeys(Map.of(key(4), 1L))),
            MarksText.encodeBatch(3, ofKeys(Map.of(key(4), 2L))));
    assertThatThrownBy(() -> MarksText.decode(missing))
        .hasMessage("line 8 does not fit those before it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                                   | it holds something else
          SQLite format 3                                      | it holds something else
          'rollcall replay marks, version 1\\nend 0\\n'        | it has version 1, not 4 or 2
          'rollcall replay marks, version 4\\n'                | its end is missing
          'rollcall replay marks, version 4\\nend 0 1 00000000\\n' | line 2 does not fit those before it
          'rollcall replay marks, version 4\\n02 5\\nend 1\\n' | line 2 is damaged
          """)
  void saysWhatIsWrong(String text, String problem) {
    byte[] bytes = text.replace("\\n", "\n").getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> MarksText.decode(bytes)).hasMessage(problem);
  }

  /** A file with these batches behind the first. */
  @SafeVarargs
  private static byte[] file(Map<ByteString, Long>... batches) {
    byte[] file = MarksText.encode(MARKS);
    for (int i = 0; i < batches.length; i++) {
      file = concat(file, MarksText.encodeBatch(i + 1, ofKeys(batches[i])));
    }
    return file;
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> MarksText.decode(bytes))
        .isExactlyInstanceOf(IllegalArgumentException.class);
  }

  private static Marks ofKeys(Map<ByteString, Long> marks) {
    return new Marks(marks, Marks.NONE);
  }

  private static ByteString key(int number) {
    return ByteString.fromHex("02%064x".formatted(number));
  }
}
