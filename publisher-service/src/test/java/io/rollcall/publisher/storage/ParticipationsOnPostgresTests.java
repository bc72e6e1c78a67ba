package io.rollcall.publisher.storage;

import io.rollcall.service.storage.StorageSettings;
import io.rollcall.service.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;

/** The same in PostgreSQL. */
@EnabledIf(
    value = "io.rollcall.service.testing.PostgresServer#isAvailable",
    disabledReason = "no PostgreSQL is installed under /usr/lib/postgresql")
class ParticipationsOnPostgresTests extends ParticipationsTests {

  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void clean() throws SQLException {
    try (Connection tables = tables();
        Statement statement = tables.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE");
      statement.execute("CREATE SCHEMA public");
    }
  }

  @Override
  StorageSettings settings() {
    return new StorageSettings(server.url(), Optional.of(server.user()), Optional.empty());
  }

  @Override
  Connection tables() throws SQLException {
    return DriverManager.getConnection(server.url(), server.user(), null);
  }
}
