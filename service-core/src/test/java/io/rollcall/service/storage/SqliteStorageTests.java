package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStorageTests extends StorageContract {

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("deep/er/publisher.db");
  }

  @Override
  StorageSettings settings() {
    return new StorageSettings("jdbc:sqlite:" + file(), Optional.empty(), Optional.empty());
  }

  @Override
  Connection logTables() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  @Override
  Connection projectionTables() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + settings().projectionFile());
  }

  @Override
  String historyOfLog() {
    return "schema_of_log";
  }

  @Test
  void theProjectionHasAFileBesideTheLog() throws Exception {
    write("one");

    assertThat(file()).exists();
    assertThat(file().resolveSibling("publisher-index.db")).exists();
  }

  @Test
  void whoeverComesSecondIsSentAway() throws Exception {
    try (Storage first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("publisher.db is used by another process");
      first.log().append(Words.bytes("still ours"));
    }
  }

  @Test
  void aFileOfSomethingElseIsRefused() throws Exception {
    Files.createDirectories(file().getParent());
    try (Connection other = logTables();
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE recipes (name TEXT)");
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("publisher.db is a database of something else");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "This is a shopping list, and a rather long one. ".repeat(100));

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("publisher.db is no SQLite database");
  }

  @Test
  void aFolderInThePlaceOfTheFileIsRefused() throws Exception {
    Files.createDirectories(file());

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("publisher.db cannot be opened");
  }

  @Test
  void aFileInThePlaceOfTheFolderIsRefused() throws Exception {
    Files.writeString(folder.resolve("deep"), "in the way");

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot be made");
  }

  @Test
  void onlyFilesOfSqliteAndDatabasesOfPostgresqlArePlaces() {
    for (String wrong :
        new String[] {
          "",
          "data",
          "jdbc:sqlite:",
          "jdbc:sqlite::memory:",
          "jdbc:sqlite:a.db?cache=shared",
          "jdbc:mysql://host/x",
          "jdbc:postgresql:",
          "sqlite:a.db"
        }) {
      assertThatThrownBy(() -> new StorageSettings(wrong, Optional.empty(), Optional.empty()))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("jdbc:sqlite:data/rollcall.db");
    }
  }

  @Test
  void whatIsSaidOfAPlaceHoldsNoPassword() {
    assertThat(
            new StorageSettings(
                    "jdbc:postgresql://db/rollcall?user=u&password=secret",
                    Optional.of("u"),
                    Optional.of("secret"))
                .toString())
        .isEqualTo("postgresql //db/rollcall");
  }
}
