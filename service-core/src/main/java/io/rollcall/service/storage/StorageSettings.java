package io.rollcall.service.storage;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a service keeps its state. Immutable, any thread.
 *
 * @param url {@code jdbc:sqlite:data/publisher.db} or {@code jdbc:postgresql://host/database}
 * @param username of PostgreSQL
 * @param password of PostgreSQL
 */
public record StorageSettings(String url, Optional<String> username, Optional<String> password) {

  private static final String SQLITE = "jdbc:sqlite:";
  private static final String POSTGRESQL = "jdbc:postgresql:";

  private static final String MEMORY = "memory";

  private static final String EXPECTED =
      "jdbc:sqlite: and a file, for example jdbc:sqlite:data/rollcall.db, or"
          + " jdbc:postgresql://host/database";

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is neither; its message says what is expected
   */
  public StorageSettings {
    if (!isSqlite(url) && !(url.startsWith(POSTGRESQL) && url.length() > POSTGRESQL.length())) {
      throw new IllegalArgumentException(EXPECTED);
    }
  }

  /**
   * What a property says.
   *
   * @return empty when it is {@code memory}
   * @throws IllegalArgumentException when it is nothing of all that; its message says what is
   *     expected
   */
  public static Optional<StorageSettings> of(
      String url, @Nullable String username, @Nullable String password) {
    if (url.equals(MEMORY)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new StorageSettings(url, Optional.ofNullable(username), Optional.ofNullable(password)));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(wrong.getMessage() + ", or " + MEMORY, wrong);
    }
  }

  private static boolean isSqlite(String url) {
    if (!url.startsWith(SQLITE)) {
      return false;
    }
    String file = url.substring(SQLITE.length());
    try {
      // A question mark begins parameters, a colon a database in memory or a resource.
      return !file.isBlank()
          && file.chars().noneMatch(c -> c == '?' || c == ':')
          && Path.of(file).getFileName() != null;
    } catch (InvalidPathException wrong) {
      return false;
    }
  }

  boolean sqlite() {
    return url.startsWith(SQLITE);
  }

  /** The log's file, of SQLite. */
  Path file() {
    return Path.of(url.substring(SQLITE.length()));
  }

  /** The projection's file, of SQLite: {@code publisher-index.db} beside {@code publisher.db}. */
  Path projectionFile() {
    String name = String.valueOf(file().getFileName());
    int dot = name.lastIndexOf('.');
    String stem = dot <= 0 ? name : name.substring(0, dot);
    String ending = dot <= 0 ? "" : name.substring(dot);
    return file().resolveSibling(stem + "-index" + ending);
  }

  /** For people: without parameters, which may hold a password. */
  String description() {
    if (sqlite()) {
      return "sqlite " + file();
    }
    String place = url.substring(POSTGRESQL.length());
    int parameters = place.indexOf('?');
    return "postgresql " + (parameters < 0 ? place : place.substring(0, parameters));
  }

  /** Says nothing of the password. */
  @Override
  public String toString() {
    return description();
  }
}
