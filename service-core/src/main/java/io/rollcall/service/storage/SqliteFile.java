package io.rollcall.service.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/** Opens SQLite's files, and says in one sentence what is wrong with one. Stateless. */
final class SqliteFile {

  /** For whoever waits for a lock that is held for a moment only. */
  private static final int BUSY_MILLIS = 250;

  private SqliteFile() {}

  /**
   * Opens a file, which is made if there is none.
   *
   * @param exclusive whether nobody else may open it until this connection is closed
   */
  static Connection open(Path file, int applicationId, boolean exclusive) throws StorageException {
    requireWritable(file);
    Connection connection = null;
    try {
      connection =
          DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=" + BUSY_MILLIS);
      try (Statement statement = connection.createStatement()) {
        if (exclusive) {
          // In this order, and by hand: else another process can still write until our first write.
          statement.execute("PRAGMA locking_mode = EXCLUSIVE");
        }
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("BEGIN IMMEDIATE");
        statement.execute("COMMIT");
        claim(statement, file, applicationId);
      }
      return connection;
    } catch (SQLException failed) {
      close(connection);
      throw failure(file, failed);
    } catch (StorageException refused) {
      close(connection);
      throw refused;
    }
  }

  /** Looks first at what SQLite has no good words for. */
  private static void requireWritable(Path file) throws StorageException {
    Path folder = file.toAbsolutePath().getParent();
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException failed) {
      throw new StorageException(
          "the folder %s for %s cannot be made: %s".formatted(folder, file, reason(failed)),
          failed);
    }
    if (folder != null && !Files.isWritable(folder)) {
      throw new StorageException(
          "the folder %s cannot be written; %s belongs there".formatted(folder, file));
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new StorageException(file + " cannot be written: it is read-only");
    }
  }

  private static String reason(IOException failed) {
    return failed instanceof AccessDeniedException
        ? "access denied"
        : String.valueOf(failed.getMessage());
  }

  /** Marks a new file as ours, and refuses one that is somebody else's. */
  private static void claim(Statement statement, Path file, int applicationId)
      throws SQLException, StorageException {
    int found = number(statement, "PRAGMA application_id");
    if (found == applicationId) {
      return;
    }
    if (found != 0 || number(statement, "SELECT count(*) FROM sqlite_schema") != 0) {
      throw new StorageException(
          file + " is a database of something else; expected a file of Rollcall's, or none");
    }
    statement.execute("PRAGMA application_id = " + applicationId);
  }

  private static int number(Statement statement, String query) throws SQLException {
    try (ResultSet found = statement.executeQuery(query)) {
      return found.next() ? found.getInt(1) : 0;
    }
  }

  /** The driver's error, in words that say which file and what about it. */
  static StorageException failure(Path file, SQLException failed) {
    int primary = failed.getErrorCode() & 0xff;
    String what;
    if (primary == SQLiteErrorCode.SQLITE_BUSY.code
        || primary == SQLiteErrorCode.SQLITE_LOCKED.code) {
      what = "is used by another process";
    } else if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
      what = "cannot be written: the disk is full";
    } else if (primary == SQLiteErrorCode.SQLITE_READONLY.code
        || primary == SQLiteErrorCode.SQLITE_PERM.code) {
      what = "cannot be written: it is read-only";
    } else if (primary == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
      what = "cannot be opened; it must be a file that may be read and written";
    } else if (primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
      what = "is no SQLite database";
    } else if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code) {
      what = "is damaged";
    } else {
      what = "cannot be used";
    }
    return new StorageException(
        "%s %s (%s)".formatted(file, what, String.valueOf(failed.getMessage()).strip()), failed);
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException ignored) {
        // What went wrong before is what counts.
      }
    }
  }
}
