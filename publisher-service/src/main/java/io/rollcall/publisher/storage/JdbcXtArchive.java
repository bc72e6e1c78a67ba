package io.rollcall.publisher.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.ChainId;
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
import java.util.OptionalInt;
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
        select.setBytes(1, id.toByteArray());
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
        select.setBytes(1, id.toByteArray());
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
    return asking.once(connection ->
        query.chain().isPresent()
            ? ofChain(connection, query.chain().get(), state(query), below, limit)
            : ofAll(connection, state(query), below, limit));
  }

  private static OptionalInt state(XtQuery query) {
    return query.state().isPresent()
        ? OptionalInt.of(PublisherTables.code(query.state().get()))
        : OptionalInt.empty();
  }

  private static List<XtView> ofAll(Connection connection, OptionalInt state, long below, int limit)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT xt FROM detail WHERE number < ?"
                + (state.isPresent() ? " AND state = ?" : "")
                + " ORDER BY number DESC LIMIT ?")) {
      int parameter = 1;
      select.setLong(parameter++, below);
      if (state.isPresent()) {
        select.setInt(parameter++, state.getAsInt());
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

  private static List<XtView> ofChain(
      Connection connection, ChainId chain, OptionalInt state, long below, int limit)
      throws SQLException {
    List<XtView> views = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT xt FROM detail WHERE number = ?")) {
      Participations.read(
          connection,
          chain,
          state,
          below,
          number -> {
            select.setLong(1, number);
            try (ResultSet found = select.executeQuery()) {
              // A detail goes before the rest of its row.
              if (found.next()) {
                views.add(view(found.getBytes(1)));
              }
            }
            return views.size() < limit;
          });
    }
    return views;
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
