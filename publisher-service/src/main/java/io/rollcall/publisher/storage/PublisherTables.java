package io.rollcall.publisher.storage;

import io.rollcall.publisher.coordination.XtState;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.storage.ArchivedIds;
import io.rollcall.service.storage.Asking;
import io.rollcall.service.storage.ProjectionTables;
import io.rollcall.service.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * What the publisher's projection holds of decided XTs, and for how long. The last outcome stays
 * always, because its number is the last that was given. On the projector's thread.
 */
public final class PublisherTables implements ProjectionTables<List<LogRecord.Decided>> {

  /** So many go at once: a few milliseconds. */
  private static final int PRUNED_AT_ONCE = 256;

  // What the objects take, roughly, beside their reasons.
  private static final int BYTES_OF_ROW = 200;
  private static final int BYTES_OF_DECIDED = 300;
  private static final int BYTES_OF_VOTE = 80;

  /** Number and id of what is remembered, as {@link ArchivedIds#load} wants it. */
  static final String IDS =
      "SELECT number, xt_id FROM outcome WHERE number > ? ORDER BY number LIMIT ?";

  private final Duration detailAge;
  private final long detailCount;
  private final Duration outcomeAge;
  private final NanoClock clock;

  /**
   * Keeps what these bounds allow.
   *
   * @param detailAge how long details are kept
   * @param detailCount of how many XTs at most
   * @param outcomeAge how long id and outcome are kept
   */
  public PublisherTables(
      Duration detailAge, long detailCount, Duration outcomeAge, NanoClock clock) {
    this.detailAge = detailAge;
    this.detailCount = detailCount;
    this.outcomeAge = outcomeAge;
    this.clock = clock;
  }

  @Override
  public long size(List<LogRecord.Decided> batch) {
    long size = BYTES_OF_ROW;
    for (LogRecord.Decided decided : batch) {
      size += BYTES_OF_DECIDED + decided.reason().length();
      for (ChainVote vote : decided.votes()) {
        size += BYTES_OF_VOTE + vote.reason().length();
      }
    }
    return size;
  }

  @Override
  public void apply(Statements statements, List<List<LogRecord.Decided>> batches)
      throws SQLException {
    PreparedStatement outcomes = statements.of("INSERT INTO outcome VALUES (?, ?, ?, ?, ?)");
    PreparedStatement details = statements.of("INSERT INTO detail VALUES (?, ?, ?, ?)");
    Participations participations = new Participations(statements);
    for (List<LogRecord.Decided> batch : batches) {
      for (LogRecord.Decided decided : batch) {
        int state = code(XtState.of(decided.outcome()));
        outcomes.setLong(1, decided.number());
        outcomes.setBytes(2, decided.id().toByteArray());
        outcomes.setInt(3, state);
        outcomes.setString(4, decided.reason());
        outcomes.setLong(5, decided.decidedNanos());
        outcomes.addBatch();
        details.setLong(1, decided.number());
        details.setInt(2, state);
        details.setLong(3, decided.decidedNanos());
        details.setBytes(4, RecordCodec.encode(decided).toByteArray());
        details.addBatch();
        participations.add(decided, state);
      }
    }
    outcomes.executeBatch();
    details.executeBatch();
    participations.write();
  }

  @Override
  public boolean prune(Statements statements) throws SQLException {
    boolean details = pruneDetails(statements);
    boolean outcomes = pruneOutcomes(statements);
    return details || outcomes;
  }

  private boolean pruneDetails(Statements statements) throws SQLException {
    long newest = number(statements.of("SELECT max(number) FROM detail"));
    long tooMany = newest - detailCount;
    long tooOld = clock.nanos() - detailAge.toNanos();
    PreparedStatement select =
        statements.of(
            "SELECT number, decided_nanos FROM detail ORDER BY number LIMIT " + PRUNED_AT_ONCE);
    long last = 0;
    int pruned = 0;
    try (ResultSet oldest = select.executeQuery()) {
      while (oldest.next() && (oldest.getLong(1) <= tooMany || oldest.getLong(2) < tooOld)) {
        last = oldest.getLong(1);
        pruned++;
      }
    }
    if (pruned > 0) {
      PreparedStatement delete = statements.of("DELETE FROM detail WHERE number <= ?");
      delete.setLong(1, last);
      delete.executeUpdate();
      Participations.prune(statements, last);
    }
    return pruned == PRUNED_AT_ONCE;
  }

  private boolean pruneOutcomes(Statements statements) throws SQLException {
    PreparedStatement delete =
        statements.of(
            "DELETE FROM outcome WHERE decided_nanos < ? AND number < (SELECT max(number) FROM"
                + " outcome) AND number IN (SELECT number FROM outcome"
                + " ORDER BY number LIMIT "
                + PRUNED_AT_ONCE
                + ")");
    delete.setLong(1, clock.nanos() - outcomeAge.toNanos());
    return delete.executeUpdate() == PRUNED_AT_ONCE;
  }

  /** The number of the last decision that the projection holds; 0 without one. */
  static long lastNumber(Asking asking) {
    return asking.once(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT max(number) FROM outcome")) {
        return number(select);
      }
    });
  }

  private static long number(PreparedStatement select) throws SQLException {
    try (ResultSet found = select.executeQuery()) {
      return found.next() ? found.getLong(1) : 0;
    }
  }

  /** Numbers in a database never change their meaning: they are not the order of the enum. */
  static int code(XtState state) {
    return switch (state) {
      case COMMITTED -> 1;
      case ABORTED -> 2;
      case EXPIRED -> 3;
      case QUEUED, VOTING -> throw new IllegalArgumentException(state + " is not decided");
    };
  }

  static XtState state(int code) throws SQLException {
    return switch (code) {
      case 1 -> XtState.COMMITTED;
      case 2 -> XtState.ABORTED;
      case 3 -> XtState.EXPIRED;
      default -> throw new SQLException("state " + code + " in the projection is not known");
    };
  }
}
