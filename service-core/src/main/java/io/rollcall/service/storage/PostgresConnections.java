package io.rollcall.service.storage;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Set;

/**
 * Opens PostgreSQL's connections, and says in one sentence what is wrong. Immutable, any thread.
 */
final class PostgresConnections {

  private static final String CONNECT_SECONDS = "10";

  /** Longer than any sync should take; a server that is silent for so long counts as gone. */
  private static final String ANSWER_SECONDS = "30";

  /** Wrong data, a violated constraint, a wrong statement: trying again would change nothing. */
  private static final Set<String> OWN_FAULTS = Set.of("22", "23", "42");

  private final StorageSettings settings;
  private final StorageKind kind;

  PostgresConnections(StorageSettings settings, StorageKind kind) {
    this.settings = settings;
    this.kind = kind;
  }

  String place() {
    return settings.description();
  }

  StorageSettings settings() {
    return settings;
  }

  /** A connection whose commits are synced. */
  Connection open() throws SQLException {
    Properties properties = new Properties();
    settings.username().ifPresent(name -> properties.setProperty("user", name));
    settings.password().ifPresent(word -> properties.setProperty("password", word));
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_SECONDS);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("ApplicationName", "rollcall-" + kind.word());
    Connection connection = DriverManager.getConnection(settings.url(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET synchronous_commit = on");
    } catch (SQLException failed) {
      closeQuietly(connection);
      throw failed;
    }
    return connection;
  }

  /** Whether it is the fault of what was asked, so that asking again is in vain. */
  static boolean isOwnFault(SQLException failed) {
    String state = failed.getSQLState();
    return state != null && state.length() == 5 && OWN_FAULTS.contains(state.substring(0, 2));
  }

  StorageException failure(SQLException failed) {
    return new StorageException(
        "%s cannot be used: %s"
            .formatted(place(), String.valueOf(failed.getMessage()).lines().findFirst().orElse("")),
        failed);
  }

  static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException ignored) {
      // It is gone anyway.
    }
  }
}
