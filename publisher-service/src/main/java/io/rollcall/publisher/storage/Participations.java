package io.rollcall.publisher.storage;

import io.rollcall.proto.ChainId;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.service.storage.Statements;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which decided XTs a chain took part in: the table {@code participation}, whose rows hold many of
 * them. An instance collects what one transaction writes, in the order of the numbers.
 */
final class Participations {

  /** With more, a row would not fit into its page. */
  static final int MAX_IN_ROW = 100;

  private static final int BYTES_EACH = Long.BYTES + 1;

  /** Rows that are read at once: few for most lists, and more while there is no end of them. */
  private static final int READ_AT_FIRST = 16;

  private static final int READ_AT_ONCE = 1_024;

  private final PreparedStatement insert;
  private final Map<ChainId, ByteBuffer> rows = new HashMap<>();

  Participations(Statements statements) throws SQLException {
    this.insert = statements.of("INSERT INTO participation VALUES (?, ?, ?, ?)");
  }

  /** This XT's, for each of its chains. */
  void add(LogRecord.Decided decided, int state) throws SQLException {
    for (ChainVote vote : decided.votes()) {
      ByteBuffer row =
          rows.computeIfAbsent(vote.chain(), _ -> ByteBuffer.allocate(MAX_IN_ROW * BYTES_EACH));
      row.putLong(decided.number()).put((byte) state);
      if (!row.hasRemaining()) {
        end(vote.chain(), row);
      }
    }
  }

  /** Writes what was collected. */
  void write() throws SQLException {
    for (Map.Entry<ChainId, ByteBuffer> row : rows.entrySet()) {
      if (row.getValue().position() > 0) {
        end(row.getKey(), row.getValue());
      }
    }
    insert.executeBatch();
  }

  private void end(ChainId chain, ByteBuffer row) throws SQLException {
    byte[] xts = new byte[row.position()];
    row.flip().get(xts).clear();
    insert.setBytes(1, chain.bytes().toByteArray());
    insert.setLong(2, row.getLong(0));
    insert.setLong(3, row.getLong(xts.length - BYTES_EACH));
    insert.setBytes(4, xts);
    insert.addBatch();
  }

  /** Takes away the rows of which all XTs have numbers up to this one. */
  static void prune(Statements statements, long upTo) throws SQLException {
    PreparedStatement delete = statements.of("DELETE FROM participation WHERE last_number <= ?");
    delete.setLong(1, upTo);
    delete.executeUpdate();
  }

  /** Takes numbers while it wants more. */
  @FunctionalInterface
  interface Taker {
    /** Takes one; returns whether it wants another. */
    boolean take(long number) throws SQLException;
  }

  /** Gives the numbers of this chain's XTs below this one, the largest first. */
  static void read(Connection connection, ChainId chain, OptionalInt state, long below, Taker taker)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT first_number, xts FROM participation WHERE chain_id = ? AND first_number < ?"
                + " ORDER BY first_number DESC LIMIT ?")) {
      select.setBytes(1, chain.bytes().toByteArray());
      List<byte[]> rows = new ArrayList<>();
      long bound = below;
      int limit = READ_AT_FIRST / 2;
      do {
        limit = Math.min(2 * limit, READ_AT_ONCE);
        select.setLong(2, bound);
        select.setInt(3, limit);
        rows.clear();
        try (ResultSet found = select.executeQuery()) {
          while (found.next()) {
            bound = found.getLong(1);
            rows.add(found.getBytes(2));
          }
        }
        for (byte[] row : rows) {
          if (!give(ByteBuffer.wrap(row), state, below, taker)) {
            return;
          }
        }
      } while (rows.size() == limit);
    }
  }

  private static boolean give(ByteBuffer row, OptionalInt state, long below, Taker taker)
      throws SQLException {
    for (int at = row.limit() - BYTES_EACH; at >= 0; at -= BYTES_EACH) {
      long number = row.getLong(at);
      boolean fits = state.isEmpty() || row.get(at + Long.BYTES) == state.getAsInt();
      if (number < below && fits && !taker.take(number)) {
        return false;
      }
    }
    return true;
  }
}
