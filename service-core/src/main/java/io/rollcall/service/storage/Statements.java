package io.rollcall.service.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection and what was prepared on it: each statement once, for as long as the connection
 * lives. For one thread at a time.
 *
 * <p>The texts have to be a fixed few, with parameters for what differs. Whoever takes a statement
 * sets all of its parameters, closes its results, and leaves no batch behind; after a failure the
 * connection is closed, and everything with it.
 */
public final class Statements implements AutoCloseable {

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  /** Closes this connection in the end. */
  Statements(Connection connection) {
    this.connection = connection;
  }

  /** The statement of this text; not to be closed. */
  public PreparedStatement of(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    return statement;
  }

  /** For transactions and settings. */
  Connection connection() {
    return connection;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
