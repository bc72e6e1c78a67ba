package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * The database of the projection: its connections, its schema, and how far it has come. Where it is
 * SQLite it has a file of its own, because a file has one writer, and that of the log is taken.
 */
final class Projection implements AutoCloseable {

  private static final int READERS = 4;

  private final ProjectionSource source;
  private final HikariDataSource readers;

  /** How the two databases differ. */
  interface ProjectionSource {

    /** A connection to write with. */
    Connection open() throws SQLException, StorageException;

    /** What was committed survives a power cut with the next commit, or only some time later. */
    void syncNextCommit(Connection connection, boolean sync) throws SQLException;

    /** Settings of connections that only read. */
    void configure(HikariConfig readers);

    /** The folder of its migrations, and part of messages. */
    String dialect();

    /** For messages. */
    String place();

    /** Whether it can be away and come back. */
    boolean isRemote();

    /** The driver's error in words. */
    StorageException failure(SQLException failed);
  }

  private Projection(ProjectionSource source) {
    this.source = source;
    HikariConfig configuration = new HikariConfig();
    configuration.setPoolName("projection-readers");
    configuration.setMaximumPoolSize(READERS);
    configuration.setMinimumIdle(0);
    configuration.setConnectionTimeout(5_000);
    configuration.setInitializationFailTimeout(-1);
    source.configure(configuration);
    this.readers = new HikariDataSource(configuration);
  }

  static Projection open(ProjectionSource source, StorageKind kind) throws StorageException {
    try (Connection connection = source.open()) {
      DataSource shared = new SharedConnection(connection);
      Schema.migrate(
          shared,
          kind.word() + "_position",
          "db/migration/position/" + source.dialect(),
          source.place());
      Schema.migrate(
          shared,
          kind.word() + "_projection",
          "db/migration/" + kind.word() + "/" + source.dialect(),
          source.place());
    } catch (SQLException failed) {
      throw source.failure(failed);
    }
    return new Projection(source);
  }

  ProjectionSource source() {
    return source;
  }

  DataSource readers() {
    return readers;
  }

  /** How far it has come with this log; refuses that of another one. */
  RowPosition position(UUID log) throws StorageException {
    try (Connection connection = source.open()) {
      try (Statement statement = connection.createStatement();
          ResultSet found = statement.executeQuery("SELECT log_identity FROM position")) {
        if (found.next()) {
          if (!found.getString(1).equals(log.toString())) {
            throw new StorageException(
                source.place() + " is the projection of another log; expected the one of " + log);
          }
          return position(connection);
        }
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO position (log_identity, sequence, row_hash) VALUES (?, ?, ?)")) {
        insert.setString(1, log.toString());
        insert.setLong(2, RowPosition.START.sequence());
        insert.setBytes(3, RowPosition.START.hash().toByteArray());
        insert.executeUpdate();
      }
      return RowPosition.START;
    } catch (SQLException failed) {
      throw source.failure(failed);
    }
  }

  /** How far it has come, once that was written. */
  RowPosition position(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT sequence, row_hash FROM position")) {
      if (!found.next()) {
        throw new SQLException("the projection has lost its position");
      }
      return new RowPosition(found.getLong(1), ByteString.copyFrom(found.getBytes(2)));
    }
  }

  static void move(Statements statements, RowPosition to) throws SQLException {
    PreparedStatement update = statements.of("UPDATE position SET sequence = ?, row_hash = ?");
    update.setLong(1, to.sequence());
    update.setBytes(2, to.hash().toByteArray());
    update.executeUpdate();
  }

  @Override
  public void close() {
    readers.close();
  }

  /** In a file of its own. */
  record InSqlite(Path file, StorageKind kind) implements ProjectionSource {

    /** Ids have no order, so each new one changes a page anywhere in their index. */
    private static final int CACHE_KIB = 32 * 1024;

    /** A page that was changed often is copied once: 16 MB, four times what SQLite would take. */
    private static final int PAGES_PER_CHECKPOINT = 4_000;

    @Override
    public Connection open() throws SQLException, StorageException {
      Connection connection = SqliteFile.open(file, kind.projectionApplicationId(), false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA cache_size = -" + CACHE_KIB);
        statement.execute("PRAGMA wal_autocheckpoint = " + PAGES_PER_CHECKPOINT);
      } catch (SQLException failed) {
        connection.close();
        throw failed;
      }
      return connection;
    }

    @Override
    public void syncNextCommit(Connection connection, boolean sync) throws SQLException {
      boolean auto = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA synchronous = " + (sync ? "FULL" : "NORMAL"));
      }
      connection.setAutoCommit(auto);
    }

    @Override
    public void configure(HikariConfig readers) {
      readers.setJdbcUrl("jdbc:sqlite:" + file + "?busy_timeout=2000");
      readers.setConnectionInitSql("PRAGMA query_only = ON");
    }

    @Override
    public String dialect() {
      return "sqlite";
    }

    @Override
    public String place() {
      return file.toString();
    }

    @Override
    public boolean isRemote() {
      return false;
    }

    @Override
    public StorageException failure(SQLException failed) {
      return SqliteFile.failure(file, failed);
    }
  }

  /** In the log's database. */
  record InPostgres(PostgresConnections connections) implements ProjectionSource {

    @Override
    public Connection open() throws SQLException {
      return connections.open();
    }

    /** Every commit is synced. */
    @Override
    public void syncNextCommit(Connection connection, boolean sync) {}

    @Override
    public void configure(HikariConfig readers) {
      StorageSettings settings = connections.settings();
      readers.setJdbcUrl(settings.url());
      settings.username().ifPresent(readers::setUsername);
      settings.password().ifPresent(readers::setPassword);
      readers.setReadOnly(true);
      readers.addDataSourceProperty("socketTimeout", "30");
      readers.addDataSourceProperty("connectTimeout", "5");
    }

    @Override
    public String dialect() {
      return "postgresql";
    }

    @Override
    public String place() {
      return connections.place();
    }

    @Override
    public boolean isRemote() {
      return true;
    }

    @Override
    public StorageException failure(SQLException failed) {
      return connections.failure(failed);
    }
  }
}
