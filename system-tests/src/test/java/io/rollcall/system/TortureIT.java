package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.service.testing.PostgresServer;
import io.rollcall.system.Trio.Member;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A little of {@code bin/torture} in every run of the tests; the seed is another one each time. */
@Order(1)
class TortureIT {

  private static final Path REPOSITORY = Path.of("..");
  private static final int KILLS = 15;
  private static final int KILLS_ON_POSTGRESQL = 8;

  @TempDir Path folder;

  @Test
  void nothingIsLostHoweverOftenTheServicesAreKilled() {
    Torture.Result result =
        Torture.run(
            REPOSITORY,
            folder,
            KILLS,
            System.nanoTime(),
            System.out,
            Torture::inSqlite,
            untouched -> {});

    assertThat(result.failures()).isEmpty();
  }

  @Test
  @EnabledIf(
      value = "io.rollcall.service.testing.PostgresServer#isAvailable",
      disabledReason = "no PostgreSQL is installed under /usr/lib/postgresql")
  void nothingIsLostHoweverOftenTheServicesAndTheirDatabaseAreKilled() throws SQLException {
    try (PostgresServer server = PostgresServer.start()) {
      try (Connection connection = DriverManager.getConnection(server.url(), server.user(), null);
          Statement statement = connection.createStatement()) {
        for (Member member : Member.values()) {
          statement.execute("CREATE SCHEMA " + member.word());
        }
      }
      Torture.Result result =
          Torture.run(
              REPOSITORY,
              folder,
              KILLS_ON_POSTGRESQL,
              System.nanoTime(),
              System.out,
              member -> inPostgres(server, member),
              random -> sometimesKill(server, random));

      assertThat(result.failures()).isEmpty();
    }
  }

  private static List<String> inPostgres(PostgresServer server, Member member) {
    String owner = member == Member.PUBLISHER ? "publisher" : "sequencer";
    return List.of(
        "--" + owner + ".storage.url=" + server.url() + "?currentSchema=" + member.word(),
        "--" + owner + ".storage.username=" + server.user());
  }

  private static void sometimesKill(PostgresServer server, RandomGenerator random) {
    if (random.nextInt(3) == 0) {
      System.out.println("the database is killed");
      server.kill();
      server.startAgain();
    }
  }
}
