package io.rollcall.publisher.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.XtId;
import io.rollcall.proto.storage.v1.XtDecided;
import io.rollcall.publisher.coordination.XtArchive;
import io.rollcall.publisher.coordination.XtCursor;
import io.rollcall.publisher.coordination.XtQuery;
import io.rollcall.publisher.coordination.XtState;
import io.rollcall.publisher.coordination.XtView;
import io.rollcall.scp.LogRecord;
import io.rollcall.service.storage.Asking;
import io.rollcall.service.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Answers from the projection's tables. Safe for any thread. */
public final class JdbcXtArchive implements XtArchive {

  private final DurableDecisionLog decisions;
  private final Asking asking;

  /** Asks the projection of this log. */
  public JdbcXtArchive(DurableDecisionLog decisions, Asking asking) {
    this.decisions = decisions;
    this.asking = asking;
  }

  @Override
  public Optional<XtOutcomeView> outcome(XtId id) throws StorageException {
    if (!decisions.archivedIds().mayHold(id)) {
      return Optional.empty();
    }
    return asking.patiently(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT state, reason FROM outcome WHERE xt_id = ?")) {
        select.setBytes(1, id.hash().toByteArray());
        try (ResultSet found = select.executeQuery()) {
          return found.next()
              ? Optional.of(
                  new XtOutcomeView(
                      PublisherTables.state(found.getInt(1)) == XtState.COMMITTED,
                      found.getString(2)))
              : Optional.<XtOutcomeView>empty();
        }
      }
    });
  }

  @Override
  public Optional<XtView> find(XtId id) {
    return asking.once(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              SELECT o.number, o.state, o.reason, o.decided_nanos, d.xt
              FROM outcome o LEFT JOIN detail d ON d.number = o.number
              WHERE o.xt_id = ?
              """)) {
        select.setBytes(1, id.hash().toByteArray());
        try (ResultSet found = select.executeQuery()) {
          if (!found.next()) {
            return Optional.empty();
          }
          byte[] detail = found.getBytes(5);
          return Optional.of(detail == null ? outcomeAlone(id, found) : view(detail));
        }
      }
    });
  }

  @Override
  public List<XtView> list(XtQuery query, long below, int limit) {
    if (query.state().isPresent() && !query.state().get().isFinal()) {
      return List.of();
    }
    return asking.once(connection -> select(connection, query, below, limit));
  }

  private static List<XtView> select(Connection connection, XtQuery query, long below, int limit)
      throws SQLException {
    boolean byChain = query.chain().isPresent();
    String from = byChain ? "participant p JOIN detail d ON d.number = p.number" : "detail p";
    StringBuilder sql =
        new StringBuilder("SELECT ")
            .append(byChain ? "d.xt" : "p.xt")
            .append(" FROM ")
            .append(from)
            .append(" WHERE p.number < ?");
    if (byChain) {
      sql.append(" AND p.chain_id = ?");
    }
    if (query.state().isPresent()) {
      sql.append(" AND p.state = ?");
    }
    sql.append(" ORDER BY p.number DESC LIMIT ?");
    try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
      int parameter = 1;
      select.setLong(parameter++, below);
      if (query.chain().isPresent()) {
        select.setBytes(parameter++, query.chain().get().bytes().toByteArray());
      }
      if (query.state().isPresent()) {
        select.setInt(parameter++, PublisherTables.code(query.state().get()));
      }
      select.setInt(parameter, limit);
      List<XtView> views = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          views.add(view(found.getBytes(1)));
        }
      }
      return views;
    }
  }

  private static XtView outcomeAlone(XtId id, ResultSet found) throws SQLException {
    return new XtView(
        new XtCursor(false, found.getLong(1)),
        id,
        PublisherTables.state(found.getInt(2)),
        "",
        List.of(),
        found.getString(3),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.of(found.getLong(4)));
  }

  private static XtView view(byte[] detail) throws SQLException {
    try {
      LogRecord.Decided decided =
          RecordCodec.decode(XtDecided.parseFrom(ByteString.copyFrom(detail)));
      return new XtView(
          new XtCursor(false, decided.number()),
          decided.id(),
          XtState.of(decided.outcome()),
          decided.submitter(),
          decided.votes().stream()
              .map(vote ->
                  new XtView.Participant(
                      vote.chain(), vote.answer(), vote.reason(), vote.latencyNanos()))
              .toList(),
          decided.reason(),
          OptionalLong.of(decided.queuedNanos()),
          decided.announcedNanos(),
          OptionalLong.of(decided.decidedNanos()));
    } catch (InvalidProtocolBufferException | StorageException damaged) {
      throw new SQLException("a detail in the projection is damaged", damaged);
    }
  }

  @Override
  public long archived() {
    return decisions.archivedDecisions();
  }
}
