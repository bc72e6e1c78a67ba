package io.rollcall.service.storage;

import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the projection questions. Safe for any thread. */
public final class Asking {

  private static final Logger log = LoggerFactory.getLogger(Asking.class);
  private static final long PAUSE_MILLIS = 500;

  private final DataSource readers;
  private final boolean remote;
  private final String place;
  private volatile @Nullable String fault;

  Asking(DataSource readers, boolean remote, String place) {
    this.readers = readers;
    this.remote = remote;
    this.place = place;
  }

  /**
   * One question.
   *
   * @param <T> its answer
   */
  @FunctionalInterface
  public interface Question<T> {
    /** Asks it; the connection is not its to close. */
    T ask(Connection connection) throws SQLException;
  }

  /**
   * Asks for somebody who can ask again.
   *
   * @throws UncheckedIOException with a {@link StorageException} when the projection does not
   *     answer
   */
  public <T> T once(Question<T> question) {
    try {
      return now(question);
    } catch (StorageException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Asks once, for this package. */
  <T> T now(Question<T> question) throws StorageException {
    try {
      return ask(question);
    } catch (SQLException failed) {
      throw failure(failed);
    }
  }

  /**
   * Asks for somebody who cannot go on without the answer: as long as a database is away it is
   * asked again.
   *
   * @throws StorageException when the projection is wrong, or when interrupted
   */
  public <T> T patiently(Question<T> question) throws StorageException {
    while (true) {
      try {
        T answer = ask(question);
        fault = null;
        return answer;
      } catch (SQLException failed) {
        if (!remote || PostgresConnections.isOwnFault(failed)) {
          throw failure(failed);
        }
        String why = String.valueOf(failure(failed).getMessage());
        if (fault == null) {
          log.error("{}; it is asked again", why);
        }
        fault = why;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new StorageException("interrupted while " + place + " was away", interrupted);
      }
    }
  }

  /** Why somebody waits for an answer now, in one sentence; empty while nobody does. */
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  private <T> T ask(Question<T> question) throws SQLException {
    try (Connection connection = readers.getConnection()) {
      return question.ask(connection);
    }
  }

  private StorageException failure(SQLException failed) {
    return new StorageException(
        "the projection %s cannot be read: %s"
            .formatted(place, String.valueOf(failed.getMessage()).lines().findFirst().orElse("")),
        failed);
  }
}
