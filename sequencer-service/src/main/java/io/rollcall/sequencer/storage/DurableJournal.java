package io.rollcall.sequencer.storage;

import com.google.protobuf.ByteString;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.sequencer.coordination.Journal;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import io.rollcall.service.storage.ArchivedIds;
import io.rollcall.service.storage.Asking;
import io.rollcall.service.storage.NumbersByRow;
import io.rollcall.service.storage.Projector;
import io.rollcall.service.storage.RowLog;
import io.rollcall.service.storage.RowPosition;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageException;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The journal in a database. The projection made from it holds everything that the next start
 * needs, up to a row that it names in the same transaction: so no entry takes effect twice, and a
 * row that the projection holds synced may go. Belongs to the coordinator thread (to the start-up
 * thread before), but for the questions of the port.
 */
public final class DurableJournal implements Journal {

  private final Storage storage;
  private final RowLog rows;
  private final Projector<Settled> projector;
  private volatile NumbersByRow numbers = new NumbersByRow(0);
  private long outcomes;
  private @Nullable RowPosition unsettledAt;
  private List<JournalEntry> unsettled = List.of();

  /**
   * Takes over this storage, and closes it.
   *
   * @throws StorageException when it is the one of another ledger
   */
  public DurableJournal(Storage storage, SequencerTables tables) throws StorageException {
    this.storage = storage;
    this.rows = storage.log();
    this.projector = storage.projector(tables);
  }

  @Override
  public long replay(Recovery recovery) throws IOException {
    Asking asking = storage.asking();
    recovery.ledger(asking.once(SequencerTables::ledger));
    outcomes =
        asking.once(connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet found = statement.executeQuery("SELECT max(number) FROM outcome")) {
            return found.next() ? found.getLong(1) : 0;
          }
        });
    numbers = new NumbersByRow(outcomes);
    for (ByteString entry : open(asking)) {
      recovery.entry(EntryCodec.decodeEntry(entry));
    }
    var _ = recovery.changes();
    long projected = projector.appliedSequence();
    rows.read(row -> {
      if (row.sequence() > projected) {
        List<JournalEntry> entries = EntryCodec.decode(row.batch());
        for (JournalEntry entry : entries) {
          recovery.entry(entry);
        }
        account(row.position(), entries);
        projector.replay(row.position(), new Settled(entries, recovery.changes()));
      }
    });
    projector.start();
    storage.archivedIds().load(SequencerTables.IDS);
    return outcomes;
  }

  private static List<ByteString> open(Asking asking) {
    return asking.once(connection -> {
      List<ByteString> entries = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet found =
              statement.executeQuery("SELECT entry FROM open_entry ORDER BY number")) {
        while (found.next()) {
          entries.add(ByteString.copyFrom(found.getBytes(1)));
        }
      }
      return entries;
    });
  }

  @Override
  public void append(List<JournalEntry> batch) throws StorageException {
    unsettledAt = rows.append(EntryCodec.encode(batch));
    unsettled = batch;
  }

  @Override
  public void settled(LedgerState changes) throws StorageException {
    RowPosition position = unsettledAt;
    if (position == null) {
      throw new IllegalStateException("nothing was appended");
    }
    unsettledAt = null;
    account(position, unsettled);
    projector.put(position, new Settled(unsettled, changes));
    rows.trimTo(projector.syncedSequence());
  }

  private void account(RowPosition position, List<JournalEntry> entries) {
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Machine(SequencerRecord.Decided decided)) {
        outcomes = Math.max(outcomes, decided.number());
        storage.archivedIds().add(decided.outcome().id());
      }
    }
    numbers.written(position.sequence(), outcomes);
  }

  /** The outcomes that the projection holds, for readers to see, by their number; any thread. */
  long archivedOutcomes() {
    return numbers.projected(projector.appliedSequence());
  }

  /** Which ids may be in the projection; for the coordinator thread. */
  ArchivedIds archivedIds() {
    return storage.archivedIds();
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isWritable() {
    return storage.isWritable();
  }

  @Override
  public Optional<String> fault() {
    return storage.fault();
  }

  @Override
  public String description() {
    return rows.description();
  }

  @Override
  public void close() {
    storage.close();
  }
}
