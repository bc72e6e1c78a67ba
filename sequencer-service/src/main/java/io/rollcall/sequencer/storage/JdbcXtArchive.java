package io.rollcall.sequencer.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.proto.storage.v1.XtEnded;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.sequencer.coordination.XtArchive;
import io.rollcall.sequencer.coordination.XtView;
import io.rollcall.service.storage.Asking;
import io.rollcall.service.storage.StorageException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Answers from the projection's tables. Safe for any thread. */
public final class JdbcXtArchive implements XtArchive {

  private final DurableJournal journal;
  private final Asking asking;
  private final ChainId ownChain;

  /** Asks the projection of this journal. */
  public JdbcXtArchive(DurableJournal journal, Asking asking, ChainId ownChain) {
    this.journal = journal;
    this.asking = asking;
    this.ownChain = ownChain;
  }

  @Override
  public Optional<SequencerOutcome> outcome(XtId id) throws StorageException {
    if (!journal.archivedIds().mayHold(id)) {
      return Optional.empty();
    }
    return asking.patiently(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT xt FROM outcome WHERE xt_id = ?")) {
        select.setBytes(1, id.toByteArray());
        try (ResultSet found = select.executeQuery()) {
          return found.next()
              ? Optional.of(EntryCodec.outcome(ended(found.getBytes(1))))
              : Optional.<SequencerOutcome>empty();
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
              SELECT coalesce(d.xt, o.xt) FROM outcome o LEFT JOIN detail d ON d.number = o.number
              WHERE o.xt_id = ?
              """)) {
        select.setBytes(1, id.toByteArray());
        try (ResultSet found = select.executeQuery()) {
          return found.next()
              ? Optional.of(view(ended(found.getBytes(1))))
              : Optional.<XtView>empty();
        }
      }
    });
  }

  private XtView view(XtEnded ended) throws SQLException {
    try {
      return XtView.of(EntryCodec.decode(ended), ownChain);
    } catch (StorageException damaged) {
      throw new SQLException(damaged.getMessage(), damaged);
    }
  }

  private static XtEnded ended(byte[] encoded) throws SQLException {
    try {
      return XtEnded.parseFrom(ByteString.copyFrom(encoded));
    } catch (InvalidProtocolBufferException damaged) {
      throw new SQLException("an outcome in the projection is damaged", damaged);
    }
  }

  @Override
  public long archived() {
    return journal.archivedOutcomes();
  }
}
