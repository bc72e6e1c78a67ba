package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in a file of SQLite, locked against every other process. A write that fails ends it: the
 * outcome of a failed sync is unknown for good, and only a new process that reads the file can find
 * out.
 */
final class SqliteRowLog implements RowLog {

  private static final Logger log = LoggerFactory.getLogger(SqliteRowLog.class);

  private final Path file;
  private final Statements statements;
  private final RowTable table;
  private final UUID identity;
  private final long epoch;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile RowPosition last;
  private volatile long first;
  private volatile @Nullable String fault;
  private long trimTo;

  private SqliteRowLog(
      Path file,
      Statements statements,
      RowTable table,
      UUID identity,
      long first,
      @Nullable Row last) {
    this.file = file;
    this.statements = statements;
    this.table = table;
    this.identity = identity;
    this.first = first;
    this.last = last == null ? RowPosition.START : last.position();
    this.epoch = last == null ? 1 : last.epoch() + 1;
  }

  static SqliteRowLog open(Path file, StorageKind kind) throws StorageException {
    Connection connection = SqliteFile.open(file, kind.logApplicationId(), true);
    try {
      Schema.migrate(
          new SharedConnection(connection), "log", "db/migration/log/sqlite", file.toString());
      RowTable table = new RowTable(kind, file.toString());
      connection.setAutoCommit(false);
      Statements statements = new Statements(connection);
      UUID identity = table.identity(statements);
      Row last = table.last(statements);
      SqliteRowLog opened =
          new SqliteRowLog(file, statements, table, identity, table.first(statements), last);
      connection.commit();
      return opened;
    } catch (SQLException failed) {
      closeQuietly(connection);
      throw SqliteFile.failure(file, failed);
    } catch (StorageException failed) {
      closeQuietly(connection);
      throw failed.getCause() instanceof Exception cause ? translated(file, failed, cause) : failed;
    }
  }

  /** A migration fails like any other write; the disk's own words are the better ones. */
  private static StorageException translated(Path file, StorageException failed, Throwable cause) {
    for (Throwable next = cause; next != null; next = next.getCause()) {
      if (next instanceof SQLException driver && driver.getErrorCode() != 0) {
        return SqliteFile.failure(file, driver);
      }
    }
    return failed;
  }

  UUID identity() {
    return identity;
  }

  @Nullable Row at(long sequence) throws StorageException {
    try {
      return table.at(statements, sequence);
    } catch (SQLException failed) {
      throw SqliteFile.failure(file, failed);
    }
  }

  @Override
  public long firstSequence() {
    return first;
  }

  @Override
  public RowPosition last() {
    return last;
  }

  @Override
  public void read(Reader reader) throws IOException {
    try {
      table.read(statements, last, reader);
    } catch (SQLException failed) {
      throw SqliteFile.failure(file, failed);
    }
  }

  @Override
  public RowPosition append(ByteString batch) throws StorageException {
    lock.lock();
    try {
      String before = fault;
      if (before != null) {
        throw new StorageException(before);
      }
      RowPosition written = table.insert(statements, last, epoch, batch);
      long left = table.trim(statements, first, Math.min(trimTo, last.sequence()), batch.size());
      statements.connection().commit();
      first = left;
      last = written;
      return written;
    } catch (SQLException failed) {
      StorageException storage = SqliteFile.failure(file, failed);
      fault = storage.getMessage();
      throw storage;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void trimTo(long sequence) {
    trimTo = Math.max(trimTo, sequence);
  }

  @Override
  public boolean isWritable() {
    return fault == null;
  }

  @Override
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  @Override
  public String description() {
    return "sqlite " + file;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (fault == null) {
        fault = file + " is closed";
      }
      closeQuietly(statements.connection());
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException failed) {
      log.warn("The log was not closed in order: {}", failed.getMessage());
    }
  }
}
