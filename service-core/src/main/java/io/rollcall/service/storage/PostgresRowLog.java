package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in PostgreSQL. An advisory lock keeps a second writer away; should one come all the same,
 * the sequence numbers collide and the later one stops. When the database goes away in the middle
 * of a write, nobody knows what became of it: {@link #append} connects again, for as long as it
 * takes, and reads the last row.
 */
final class PostgresRowLog implements RowLog {

  private static final Logger log = LoggerFactory.getLogger(PostgresRowLog.class);

  /** The server takes a moment to notice that the process before is gone, also after a kill. */
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final PostgresConnections connections;
  private final RowTable table;
  private final StorageKind kind;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final UUID identity;
  private final long epoch;
  private volatile Statements statements;
  private volatile RowPosition last;
  private volatile long first;
  private volatile @Nullable String away;
  private volatile @Nullable String fault;
  private long trimTo;

  /** The server's process of our connection. */
  private int session;

  private PostgresRowLog(
      PostgresConnections connections,
      StorageKind kind,
      RowTable table,
      Statements statements,
      UUID identity,
      long first,
      @Nullable Row last) {
    this.connections = connections;
    this.kind = kind;
    this.table = table;
    this.statements = statements;
    this.identity = identity;
    this.first = first;
    this.last = last == null ? RowPosition.START : last.position();
    this.epoch = last == null ? 1 : last.epoch() + 1;
  }

  static PostgresRowLog open(PostgresConnections connections, StorageKind kind)
      throws StorageException {
    RowTable table = new RowTable(kind, connections.place());
    Connection connection = null;
    try {
      connection = connections.open();
      lock(connection, kind, connections.place());
      Schema.migrate(
          new SharedConnection(connection),
          kind.word() + "_log",
          "db/migration/log/postgresql",
          connections.place());
      connection.setAutoCommit(false);
      Statements statements = new Statements(connection);
      UUID identity = table.identity(statements);
      Row last = table.last(statements);
      PostgresRowLog opened =
          new PostgresRowLog(
              connections, kind, table, statements, identity, table.first(statements), last);
      connection.commit();
      opened.session = sessionOf(connection);
      return opened;
    } catch (SQLException failed) {
      closeQuietly(connection);
      throw connections.failure(failed);
    } catch (StorageException failed) {
      closeQuietly(connection);
      throw failed;
    }
  }

  /** For as long as this session lives. */
  private static void lock(Connection connection, StorageKind kind, String place)
      throws SQLException, StorageException {
    long start = System.nanoTime();
    while (!tryLock(connection, kind)) {
      if (System.nanoTime() - start > LOCK_PATIENCE.toNanos()) {
        throw new StorageException(place + " is used by another process");
      }
      try {
        Thread.sleep(FIRST_PAUSE_MILLIS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new StorageException("interrupted while waiting for " + place, interrupted);
      }
    }
  }

  private static boolean tryLock(Connection connection, StorageKind kind) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_try_advisory_lock(hashtextextended(? || current_schema(), 0))")) {
      statement.setString(1, "rollcall " + kind.word() + " log ");
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        return found.getBoolean(1);
      }
    }
  }

  UUID identity() {
    return identity;
  }

  @Nullable Row at(long sequence) throws StorageException {
    try {
      return table.at(statements, sequence);
    } catch (SQLException failed) {
      throw connections.failure(failed);
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
      statements.connection().commit();
    } catch (SQLException failed) {
      throw connections.failure(failed);
    }
  }

  @Override
  public RowPosition append(ByteString batch) throws StorageException {
    String before = fault;
    if (before != null) {
      throw new StorageException(before);
    }
    try {
      return write(batch);
    } catch (SQLException failed) {
      if (PostgresConnections.isOwnFault(failed)) {
        throw ended(connections.failure(failed));
      }
      return writeOnceItIsBack(batch, failed);
    }
  }

  private RowPosition write(ByteString batch) throws SQLException {
    Statements current = statements;
    RowPosition written = table.insert(current, last, epoch, batch);
    long left = table.trim(current, first, Math.min(trimTo, last.sequence()), batch.size());
    current.connection().commit();
    first = left;
    last = written;
    return written;
  }

  /** Waits for the database; then what it holds decides. */
  private RowPosition writeOnceItIsBack(ByteString batch, SQLException cause)
      throws StorageException {
    RowPosition wanted = written(batch);
    SQLException failed = cause;
    log.error(
        "{} is away; nothing is decided until it is back: {}",
        connections.place(),
        String.valueOf(failed.getMessage()).strip());
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      away = connections.failure(failed).getMessage();
      pause(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      try {
        RowPosition found = reconnect();
        if (!found.equals(wanted)) {
          if (!found.equals(last)) {
            throw ended(
                new StorageException(
                    "%s has been written by somebody else: its last row is %d, expected %d or %d"
                        .formatted(
                            connections.place(),
                            found.sequence(),
                            last.sequence(),
                            wanted.sequence())));
          }
          found = write(batch);
        }
        last = found;
        away = null;
        log.info("{} is back; decisions go on", connections.place());
        return found;
      } catch (SQLException again) {
        if (PostgresConnections.isOwnFault(again)) {
          throw ended(connections.failure(again));
        }
        failed = again;
      }
    }
  }

  private RowPosition written(ByteString batch) {
    long sequence = last.sequence() + 1;
    return new RowPosition(sequence, Seal.hash(sequence, epoch, Seal.VERSION, last.hash(), batch));
  }

  /** A new session with the lock; the lost one is ended, it may live on over there. */
  private RowPosition reconnect() throws SQLException, StorageException {
    PostgresConnections.closeQuietly(statements.connection());
    Connection fresh = connections.open();
    try {
      endSessionsThatHoldTheLock(fresh);
      lock(fresh, kind, connections.place());
      fresh.setAutoCommit(false);
      Statements prepared = new Statements(fresh);
      Row found = table.last(prepared);
      fresh.commit();
      statements = prepared;
      return found == null ? RowPosition.START : found.position();
    } catch (SQLException failed) {
      PostgresConnections.closeQuietly(fresh);
      throw failed;
    } catch (StorageException refused) {
      PostgresConnections.closeQuietly(fresh);
      throw ended(refused);
    }
  }

  private void endSessionsThatHoldTheLock(Connection fresh) throws SQLException {
    // Our own lost session: same program, same user, same database, and it holds the advisory lock.
    try (PreparedStatement statement =
        fresh.prepareStatement(
            """
            SELECT pg_terminate_backend(s.pid, 2000)
            FROM pg_stat_activity s JOIN pg_locks l ON l.pid = s.pid
            WHERE l.locktype = 'advisory' AND s.pid = ? AND s.pid <> pg_backend_pid()
              AND s.application_name = current_setting('application_name')
            """)) {
      statement.setInt(1, session);
      statement.executeQuery().close();
    }
    session = sessionOf(fresh);
  }

  private static int sessionOf(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getBackendPID();
  }

  private void pause(long millis) throws StorageException {
    try {
      if (closed.await(millis, TimeUnit.MILLISECONDS)) {
        throw new StorageException(connections.place() + " was closed while it was away");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "interrupted while " + connections.place() + " was away", interrupted);
    }
  }

  private StorageException ended(StorageException why) {
    fault = why.getMessage();
    return why;
  }

  @Override
  public void trimTo(long sequence) {
    trimTo = Math.max(trimTo, sequence);
  }

  @Override
  public boolean isWritable() {
    return fault == null && away == null;
  }

  @Override
  public Optional<String> fault() {
    return Optional.ofNullable(fault == null ? away : fault);
  }

  @Override
  public String description() {
    return connections.place();
  }

  @Override
  public void close() {
    closed.countDown();
    closeQuietly(statements.connection());
  }

  private static void closeQuietly(@Nullable Connection connection) {
    if (connection != null) {
      PostgresConnections.closeQuietly(connection);
    }
  }
}
