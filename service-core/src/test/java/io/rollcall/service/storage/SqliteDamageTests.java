package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every byte of the last rows is changed in turn, and the file is cut at every place of its tail:
 * what is opened then holds the same words, or is refused.
 */
class SqliteDamageTests {

  private static final int ROWS = 6;
  private static final int FRAME_HEADER = 24;
  private static final int FRAME = FRAME_HEADER + 4_096;

  /** SHA-256 of the row before, and the numbers before that. */
  private static final int BEFORE_THE_WORD = 32 + 12;

  private static final List<String> WORDS =
      Stream.iterate(0, i -> i + 1).limit(ROWS).map(i -> "word " + i).toList();

  @TempDir Path folder;

  private int refused;
  private int same;

  @Test
  void changedFramesOfAKilledProcessAreNoticed() throws Exception {
    Path made = killedWriter();
    Path wal = made.resolve("publisher.db-wal");
    byte[] content = Files.readAllBytes(wal);
    List<Integer> places = new ArrayList<>(rowsIn(content, beginningOfLastRows(wal)));
    for (int frame = 0; frame < 2; frame++) {
      for (int i = 0; i < FRAME_HEADER; i++) {
        places.add(beginningOfLastRows(wal) + frame * FRAME + i);
      }
    }

    for (int at : places) {
      position = at;
      judge(made, copy -> flip(copy.resolve("publisher.db-wal")));
    }

    assertThat(same).as("SQLite drops a changed frame: the projection misses its row").isZero();
    assertThat(refused).isEqualTo(places.size());
  }

  @Test
  void aWriteAheadLogThatIsCutIsNoticed() throws Exception {
    Path made = killedWriter();
    Path wal = made.resolve("publisher.db-wal");
    int end = Math.toIntExact(Files.size(wal));

    for (int length = beginningOfLastRows(wal); length < end; length += 37) {
      int at = length;
      judge(made, copy -> cut(copy.resolve("publisher.db-wal"), at));
    }

    assertThat(same).as("every cut loses a row").isZero();
    assertThat(refused).isPositive();
  }

  @Test
  void changedPagesOfAClosedFileAreNoticed() throws Exception {
    Path made = closedWriter();
    byte[] content = Files.readAllBytes(made.resolve("publisher.db"));

    for (int at : rowsIn(content, 0)) {
      position = at;
      judge(made, copy -> flip(copy.resolve("publisher.db")));
    }

    assertThat(same).as("a changed row is never taken for the row").isZero();
    assertThat(refused).isPositive();
  }

  @Test
  void aFileThatIsCutIsNoticed() throws Exception {
    Path made = closedWriter();
    int end = Math.toIntExact(Files.size(made.resolve("publisher.db")));

    for (int length = end - 4_096; length < end; length += 61) {
      int at = length;
      judge(made, copy -> cut(copy.resolve("publisher.db"), at));
    }

    assertThat(refused).isPositive();
  }

  private Path killedWriter() throws Exception {
    Path made = Files.createDirectory(folder.resolve("made"));
    try (Writer writer = Writer.start(List.of(), made.resolve("publisher.db"), ROWS, 0, "wait")) {
      writer.await("projected");
      writer.kill();
    }
    assertThat(made.resolve("publisher.db-wal")).isNotEmptyFile();
    return made;
  }

  private Path closedWriter() throws Exception {
    Path made = Files.createDirectory(folder.resolve("made"));
    try (Writer writer = Writer.start(List.of(), made.resolve("publisher.db"), ROWS, 0)) {
      assertThat(writer.exitCode()).isZero();
    }
    return made;
  }

  /** The frames of the last two commits. */
  private static int beginningOfLastRows(Path wal) throws IOException {
    return Math.toIntExact(Files.size(wal)) - 2 * FRAME;
  }

  /** The bytes of the last two rows: of each its sequence, epoch, checksum, hash and word. */
  private static List<Integer> rowsIn(byte[] content, int from) {
    List<Integer> found = new ArrayList<>();
    for (String word : WORDS.subList(ROWS - 2, ROWS)) {
      byte[] wanted = word.getBytes(StandardCharsets.UTF_8);
      int last = -1;
      for (int at = from; at + wanted.length <= content.length; at++) {
        if (Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
          last = at;
        }
      }
      assertThat(last).isNotNegative();
      for (int i = last - BEFORE_THE_WORD; i < last + wanted.length; i++) {
        found.add(i);
      }
    }
    return found;
  }

  private interface Damage {
    void to(Path folder) throws IOException;
  }

  private int position;

  private void judge(Path made, Damage damage) throws Exception {
    Path copy = folder.resolve("copy");
    Files.createDirectories(copy);
    try (Stream<Path> files = Files.list(made)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    damage.to(copy);
    StorageSettings settings =
        new StorageSettings(
            "jdbc:sqlite:" + copy.resolve("publisher.db"), Optional.empty(), Optional.empty());
    try (Storage storage = Storage.open(settings, StorageKind.PUBLISHER)) {
      assertThat(Words.read(storage.log())).as("damaged at %d", position).isEqualTo(WORDS);
      same++;
    } catch (StorageException refusal) {
      assertThat(refusal.getMessage()).isNotBlank();
      refused++;
    }
  }

  private void flip(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[position] ^= (byte) 0x55;
    Files.write(file, content);
  }

  private static void cut(Path file, int length) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, length));
  }
}
