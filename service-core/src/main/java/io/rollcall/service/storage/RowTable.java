package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of the log, the same for both databases. Stateless but for the words of its messages. */
final class RowTable {

  /** Old rows stay until so many may go: the pages they share are then written once for all. */
  static final int TRIMMED_TOGETHER = 64;

  /** Rows of which each has pages of its own, or nearly: waiting would save nothing. */
  private static final int LARGE_ROW = 4 * 1024;

  /** What goes with one new row, which waits for it: no more than this, or two rows. */
  private static final long TRIMMED_BYTES = 256 * 1024;

  private static final int TRIMMED_AT_LEAST = 2;

  private static final String COLUMNS = "sequence, epoch, version, crc32c, previous_hash, batch";
  private static final int FETCHED_AT_ONCE = 256;

  private final StorageKind kind;
  private final String place;

  RowTable(StorageKind kind, String place) {
    this.kind = kind;
    this.place = place;
  }

  /** The log's identity, made now if there is none. */
  UUID identity(Statements statements) throws SQLException, StorageException {
    try (ResultSet found = statements.of("SELECT kind, identity FROM about").executeQuery()) {
      if (found.next()) {
        if (!found.getString(1).equals(kind.word())) {
          throw new StorageException(
              "%s holds the log of a %s, not of a %s"
                  .formatted(place, found.getString(1), kind.word()));
        }
        try {
          return UUID.fromString(found.getString(2));
        } catch (IllegalArgumentException damaged) {
          throw new StorageException(place + " is damaged: its identity cannot be read", damaged);
        }
      }
    }
    UUID fresh = UUID.randomUUID();
    PreparedStatement insert = statements.of("INSERT INTO about (kind, identity) VALUES (?, ?)");
    insert.setString(1, kind.word());
    insert.setString(2, fresh.toString());
    insert.executeUpdate();
    return fresh;
  }

  /** The first row that is still there; 1 when there is none. */
  long first(Statements statements) throws SQLException {
    try (ResultSet found = statements.of("SELECT min(sequence) FROM log").executeQuery()) {
      found.next();
      long first = found.getLong(1);
      return found.wasNull() ? 1 : first;
    }
  }

  /** The last row, verified by its own checksum; null when there is none. */
  @Nullable Row last(Statements statements) throws SQLException, StorageException {
    return one(statements.of("SELECT " + COLUMNS + " FROM log ORDER BY sequence DESC LIMIT 1"));
  }

  /** One row, verified by its own checksum; null when it is not there. */
  @Nullable Row at(Statements statements, long sequence) throws SQLException, StorageException {
    PreparedStatement select = statements.of("SELECT " + COLUMNS + " FROM log WHERE sequence = ?");
    select.setLong(1, sequence);
    return one(select);
  }

  private @Nullable Row one(PreparedStatement select) throws SQLException, StorageException {
    try (ResultSet found = select.executeQuery()) {
      return found.next() ? verified(found) : null;
    }
  }

  /** Every row, in order, each one the successor of the one before, up to this one. */
  void read(Statements statements, RowPosition last, RowLog.Reader reader)
      throws SQLException, IOException {
    PreparedStatement select = statements.of("SELECT " + COLUMNS + " FROM log ORDER BY sequence");
    select.setFetchSize(FETCHED_AT_ONCE);
    try (ResultSet found = select.executeQuery()) {
      RowPosition before = null;
      while (found.next()) {
        Row row = verified(found);
        ByteString previous = ByteString.copyFrom(found.getBytes(5));
        if (before == null && row.sequence() == 1) {
          before = RowPosition.START;
        }
        if (before != null
            && (row.sequence() != before.sequence() + 1 || !previous.equals(before.hash()))) {
          throw new StorageException(
              "%s is damaged: row %d does not follow row %d"
                  .formatted(place, row.sequence(), before.sequence()));
        }
        reader.row(row);
        before = row.position();
      }
      RowPosition end = before == null ? RowPosition.START : before;
      if (!end.equals(last)) {
        throw new StorageException(
            "%s is damaged: its rows end at %d, its last row is %d"
                .formatted(place, end.sequence(), last.sequence()));
      }
    }
  }

  private Row verified(ResultSet found) throws SQLException, StorageException {
    long sequence = found.getLong(1);
    long epoch = found.getLong(2);
    int version = found.getInt(3);
    byte[] previousHash = found.getBytes(5);
    byte[] content = found.getBytes(6);
    if (version > Seal.VERSION) {
      throw new StorageException(
          "%s was written by a newer version of Rollcall: row %d has form %d, this version knows %d"
              .formatted(place, sequence, version, Seal.VERSION));
    }
    if (previousHash == null || content == null) {
      throw new StorageException("%s is damaged: row %d is empty".formatted(place, sequence));
    }
    ByteString previous = ByteString.copyFrom(previousHash);
    ByteString batch = ByteString.copyFrom(content);
    if (Seal.crc(sequence, epoch, version, previous, batch) != found.getLong(4)) {
      throw new StorageException(
          "%s is damaged: the checksum of row %d is wrong".formatted(place, sequence));
    }
    return new Row(
        new RowPosition(sequence, Seal.hash(sequence, epoch, version, previous, batch)),
        epoch,
        batch);
  }

  /** Adds a row behind this one, and takes old ones away; does not commit. */
  RowPosition insert(Statements statements, RowPosition before, long epoch, ByteString batch)
      throws SQLException {
    long sequence = before.sequence() + 1;
    PreparedStatement insert =
        statements.of("INSERT INTO log (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?)");
    insert.setLong(1, sequence);
    insert.setLong(2, epoch);
    insert.setInt(3, Seal.VERSION);
    insert.setLong(4, Seal.crc(sequence, epoch, Seal.VERSION, before.hash(), batch));
    insert.setBytes(5, before.hash().toByteArray());
    insert.setBytes(6, batch.toByteArray());
    insert.executeUpdate();
    return new RowPosition(
        sequence, Seal.hash(sequence, epoch, Seal.VERSION, before.hash(), batch));
  }

  /**
   * Takes some rows away, once it is worth it; does not commit.
   *
   * @param newest the size of the row that was added: what comes is taken for what goes
   * @return the first that is left
   */
  long trim(Statements statements, long first, long upTo, int newest) throws SQLException {
    int together = newest < LARGE_ROW ? TRIMMED_TOGETHER : 1;
    if (upTo - first + 1 < together) {
      return first;
    }
    long end = endOfTrimmed(statements, first, upTo);
    PreparedStatement delete = statements.of("DELETE FROM log WHERE sequence < ?");
    delete.setLong(1, end);
    delete.executeUpdate();
    return end;
  }

  private static long endOfTrimmed(Statements statements, long first, long upTo)
      throws SQLException {
    PreparedStatement select =
        statements.of(
            "SELECT sequence, length(batch) FROM log WHERE sequence <= ? ORDER BY sequence LIMIT "
                + TRIMMED_TOGETHER);
    select.setLong(1, upTo);
    long end = first;
    int rows = 0;
    long bytes = 0;
    try (ResultSet oldest = select.executeQuery()) {
      while (oldest.next()) {
        bytes += oldest.getLong(2);
        if (rows >= TRIMMED_AT_LEAST && bytes > TRIMMED_BYTES) {
          break;
        }
        end = oldest.getLong(1) + 1;
        rows++;
      }
    }
    return end;
  }
}
