package io.rollcall.service.storage;

import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Brings a schema to the version that this program knows, and refuses one that is newer. */
final class Schema {

  private static final String HISTORY = "schema_of_";

  private Schema() {}

  /**
   * Migrates.
   *
   * @param name of the part, which has a history table of its own
   * @param location of its migrations on the class path
   * @param place for messages
   */
  static void migrate(DataSource source, String name, String location, String place)
      throws StorageException {
    FluentConfiguration configuration =
        Flyway.configure(Schema.class.getClassLoader())
            .dataSource(source)
            .locations("classpath:" + location)
            .table(HISTORY + name)
            .baselineOnMigrate(true)
            .baselineVersion("0")
            .failOnMissingLocations(true)
            .validateOnMigrate(true);
    Flyway flyway = configuration.load();
    try {
      MigrationInfo newer =
          Arrays.stream(flyway.info().all())
              .filter(Schema::isFromALaterVersion)
              .findFirst()
              .orElse(null);
      if (newer != null) {
        throw new StorageException(
            "%s was written by a newer version of Rollcall: its schema of '%s' has version %s"
                .formatted(place, name, newer.getVersion()));
      }
      flyway.migrate();
    } catch (FlywayException failed) {
      throw new StorageException(
          "the schema of %s cannot be brought up to date: %s".formatted(place, firstLine(failed)),
          failed);
    }
  }

  private static boolean isFromALaterVersion(MigrationInfo migration) {
    MigrationState state = migration.getState();
    return state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED;
  }

  private static String firstLine(FlywayException failed) {
    return String.valueOf(failed.getMessage()).lines().findFirst().orElse("");
  }
}
