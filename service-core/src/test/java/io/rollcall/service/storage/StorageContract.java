package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.service.testing.Waiting;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds whatever the database is. */
abstract class StorageContract {

  abstract StorageSettings settings();

  /** A connection to the tables of the log while nobody has it open. */
  abstract Connection logTables() throws SQLException;

  /** A connection to the tables of the projection while nobody has it open. */
  abstract Connection projectionTables() throws SQLException;

  final Storage open() throws StorageException {
    return Storage.open(settings(), StorageKind.PUBLISHER);
  }

  final void write(String... words) throws StorageException {
    try (Storage storage = open()) {
      for (String word : words) {
        storage.log().append(Words.bytes(word));
      }
    }
  }

  @Test
  void whatWasAppendedIsThereAfterEachOpening() throws Exception {
    write("one", "two");
    write("three");

    try (Storage storage = open()) {
      assertThat(Words.read(storage.log())).containsExactly("one", "two", "three");
      assertThat(storage.log().last().sequence()).isEqualTo(3);
      assertThat(storage.log().firstSequence()).isEqualTo(1);
    }
  }

  @Test
  void eachOpeningIsAnEpochOfItsOwn() throws Exception {
    write("one", "two");
    write("three");

    try (Storage storage = open()) {
      List<Long> epochs = new ArrayList<>();
      storage.log().read(row -> epochs.add(row.epoch()));
      assertThat(epochs).containsExactly(1L, 1L, 2L);
    }
  }

  @Test
  void theProjectionFollowsAndIsNotFilledTwice() throws Exception {
    try (Storage storage = open();
        Projector<String> projector = storage.projector(new Words())) {
      projector.start();
      projector.put(storage.log().append(Words.bytes("one")), "one");
      projector.put(storage.log().append(Words.bytes("two")), "two");
      Waiting.until("the projection", () -> projector.appliedSequence() == 2);
      assertThat(Words.read(storage)).containsExactly("one", "two");
    }

    try (Storage storage = open();
        Projector<String> projector = storage.projector(new Words())) {
      storage.log().read(row -> projector.replay(row.position(), row.batch().toStringUtf8()));
      projector.start();
      assertThat(Words.read(storage)).containsExactly("one", "two");
      assertThat(projector.syncedSequence()).isEqualTo(2);
    }
  }

  @Test
  void aProjectionThatIsBehindCatchesUp() throws Exception {
    write("one", "two");

    try (Storage storage = open();
        Projector<String> projector = storage.projector(new Words())) {
      storage.log().read(row -> projector.replay(row.position(), row.batch().toStringUtf8()));
      projector.start();
      assertThat(Words.read(storage)).containsExactly("one", "two");
    }
  }

  @Test
  void closingBringsInWhatWaits() throws Exception {
    try (Storage storage = open()) {
      Projector<String> projector = storage.projector(new Words());
      projector.start();
      for (int i = 0; i < 3_000; i++) {
        projector.put(new RowPosition(i + 1, RowPosition.START.hash()), "word " + i);
      }
      projector.close();
      assertThat(projector.syncedSequence()).isEqualTo(3_000);
      assertThat(Words.read(storage)).hasSize(3_000);
    }
  }

  @Test
  void trimmedRowsGoTogetherOnceThereAreSomeAndOthersStay() throws Exception {
    int together = RowTable.TRIMMED_TOGETHER;
    try (Storage storage = open()) {
      RowLog log = storage.log();
      append(log, together);
      log.trimTo(together - 1);
      log.append(Words.bytes("too few may go"));
      assertThat(log.firstSequence()).isEqualTo(1);
      log.trimTo(together);
      log.append(Words.bytes("they may"));
      assertThat(log.firstSequence()).isEqualTo(together + 1);
      assertThat(Words.read(log)).containsExactly("too few may go", "they may");
    }
  }

  @Test
  void whatIsWrittenLastStaysWhateverMayGo() throws Exception {
    try (Storage storage = open()) {
      RowLog log = storage.log();
      append(log, RowTable.TRIMMED_TOGETHER - 1);
      log.trimTo(10_000);
      log.append(Words.bytes("one"));
      assertThat(log.firstSequence()).as("the new one does not count").isEqualTo(1);
      log.append(Words.bytes("two"));
      assertThat(Words.read(log)).containsExactly("two");
    }
  }

  @Test
  void amongLargeRowsTheyGoTwoAtATimeAndDoNotWaitForOthers() throws Exception {
    try (Storage storage = open()) {
      RowLog log = storage.log();
      for (int i = 0; i < 5; i++) {
        log.append(large());
      }
      log.trimTo(5);
      log.append(large());
      assertThat(log.firstSequence()).isEqualTo(3);
      log.append(large());
      log.append(large());
      assertThat(log.firstSequence()).isEqualTo(6);
    }
  }

  private static ByteString large() {
    return Words.bytes("x".repeat(300_000));
  }

  private static void append(RowLog log, int rows) throws StorageException {
    for (int i = 0; i < rows; i++) {
      log.append(Words.bytes("old"));
    }
  }

  @Test
  void aLogThatBeginsBehindTheProjectionsEndIsRefused() throws Exception {
    write("1", "2", "3", "4", "5");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute("DELETE FROM log WHERE sequence <= 3");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("ends at row 0")
        .hasMessageContaining("begins with row 4")
        .hasMessageContaining("restore it from a backup");
  }

  @Test
  void aLogThatHasLostItsLastRowsIsRefused() throws Exception {
    project("1", "2", "3");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute("DELETE FROM log WHERE sequence = 3");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has lost rows: it ends at row 2")
        .hasMessageContaining("has seen row 3");
  }

  @Test
  void theProjectionOfAnotherLogIsRefused() throws Exception {
    project("1");
    try (Connection tables = projectionTables();
        Statement statement = tables.createStatement()) {
      statement.execute(
          "UPDATE position SET log_identity = '00000000-0000-0000-0000-000000000000'");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is the projection of another log");
  }

  @Test
  void aRowThatWasWrittenAnewIsRefused() throws Exception {
    project("1", "2");
    try (Connection tables = projectionTables();
        Statement statement = tables.createStatement()) {
      statement.execute(
          "UPDATE position SET row_hash = (SELECT row_hash FROM position) || row_hash");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("row 2 of")
        .hasMessageContaining("is not the one that the projection");
  }

  @Test
  void aChangedRowIsRefusedWhenItIsRead() throws Exception {
    write("1", "2", "3");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute("UPDATE log SET epoch = 7 WHERE sequence = 2");
    }

    try (Storage storage = open()) {
      assertThatThrownBy(() -> Words.read(storage.log()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the checksum of row 2 is wrong");
    }
  }

  @Test
  void aMissingRowIsRefusedWhenItIsRead() throws Exception {
    write("1", "2", "3");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute("DELETE FROM log WHERE sequence = 2");
    }

    try (Storage storage = open()) {
      assertThatThrownBy(() -> Words.read(storage.log()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("row 3 does not follow row 1");
    }
  }

  @Test
  void aRowThatWasExchangedForAnotherWholeOneIsRefusedWhenItIsRead() throws Exception {
    write("1", "2", "3");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      ByteString previous;
      try (ResultSet found =
          statement.executeQuery("SELECT previous_hash FROM log WHERE sequence = 2")) {
        assertThat(found.next()).isTrue();
        previous = ByteString.copyFrom(found.getBytes(1));
      }
      ByteString forged = Words.bytes("forged");
      try (PreparedStatement update =
          tables.prepareStatement("UPDATE log SET batch = ?, crc32c = ? WHERE sequence = 2")) {
        update.setBytes(1, forged.toByteArray());
        update.setLong(2, Seal.crc(2, 1, Seal.VERSION, previous, forged));
        assertThat(update.executeUpdate()).isEqualTo(1);
      }
    }

    try (Storage storage = open()) {
      assertThatThrownBy(() -> Words.read(storage.log()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("row 3 does not follow row 2");
    }
  }

  @Test
  void theStateOfTheOtherServiceIsRefused() throws Exception {
    write("1");

    assertThatThrownBy(() -> Storage.open(settings(), StorageKind.SEQUENCER))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void aNewerSchemaIsRefused() throws Exception {
    write("1");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute(
          "UPDATE "
              + historyOfLog()
              + " SET version = '99', description = 'later' WHERE version = '1'");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("was written by a newer version of Rollcall");
  }

  abstract String historyOfLog();

  @Test
  void aNewerFormOfRowIsRefused() throws Exception {
    write("1");
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute("UPDATE log SET version = 2");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("was written by a newer version of Rollcall: row 1 has form 2");
  }

  private void project(String... words) throws Exception {
    try (Storage storage = open();
        Projector<String> projector = storage.projector(new Words())) {
      projector.start();
      for (String word : words) {
        projector.put(storage.log().append(Words.bytes(word)), word);
      }
    }
  }
}
