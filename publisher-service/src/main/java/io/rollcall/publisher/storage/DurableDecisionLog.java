package io.rollcall.publisher.storage;

import io.rollcall.proto.XtId;
import io.rollcall.publisher.coordination.DecisionLog;
import io.rollcall.scp.LogRecord;
import io.rollcall.service.storage.ArchivedIds;
import io.rollcall.service.storage.NumbersByRow;
import io.rollcall.service.storage.Projector;
import io.rollcall.service.storage.RowLog;
import io.rollcall.service.storage.RowPosition;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The log in a database, and what is brought from it into the projection. Belongs to the
 * coordinator thread (to the start-up thread before), but for the questions of the port.
 *
 * <p>A row is trimmed when a restart does not need it any more: the projection holds it synced,
 * nothing that was started in it or before is undecided, and no connection that comes back would be
 * told of its decisions - they are older than {@link #RESENT}, or {@link #MOST_READ} decisions have
 * come after. The second bound is there for the length of a restart.
 */
public final class DurableDecisionLog implements DecisionLog {

  /** Longer than the window of the machine's resending. */
  private static final Duration RESENT = Duration.ofMinutes(11);

  /** What a restart reads at most, roughly: about two seconds. */
  private static final int MOST_READ = 200_000;

  /** Every so many rows one is remembered as a place to trim to. */
  private static final int ROWS_PER_MARK = 64;

  private record Mark(long sequence, long decisions, long nanos) {}

  private final Storage storage;
  private final RowLog rows;
  private final Projector<List<LogRecord.Decided>> projector;

  /** The rows in which the undecided XTs were started, the oldest first. */
  private final LinkedHashMap<XtId, Long> openSince = new LinkedHashMap<>();

  private final ArrayDeque<Mark> marks = new ArrayDeque<>();
  private volatile NumbersByRow numbers = new NumbersByRow(0);
  private long decisions;
  private long latestNanos;

  /**
   * Takes over this storage, and closes it.
   *
   * @throws StorageException when it cannot be used
   */
  public DurableDecisionLog(Storage storage, PublisherTables tables) throws StorageException {
    this.storage = storage;
    this.rows = storage.log();
    this.projector = storage.projector(tables);
  }

  @Override
  public long replay(Consumer<LogRecord> reader) throws IOException {
    decisions = PublisherTables.lastNumber(storage.asking());
    numbers = new NumbersByRow(decisions);
    rows.read(row -> {
      List<LogRecord> records = RecordCodec.decode(row.batch());
      records.forEach(reader);
      account(row.position(), records);
      projector.replay(row.position(), decided(records));
    });
    projector.start();
    storage.archivedIds().load(PublisherTables.IDS);
    return decisions;
  }

  @Override
  public void append(List<LogRecord> batch) throws StorageException {
    RowPosition position = rows.append(RecordCodec.encode(batch));
    account(position, batch);
    projector.put(position, decided(batch));
    trim();
  }

  private static List<LogRecord.Decided> decided(List<LogRecord> records) {
    return records.stream()
        .filter(LogRecord.Decided.class::isInstance)
        .map(LogRecord.Decided.class::cast)
        .toList();
  }

  private void account(RowPosition position, List<LogRecord> records) {
    long sequence = position.sequence();
    for (LogRecord entry : records) {
      switch (entry) {
        case LogRecord.Started started -> {
          openSince.put(started.id(), sequence);
          latestNanos = started.startedNanos();
        }
        case LogRecord.Decided decided -> {
          openSince.remove(decided.id());
          storage.archivedIds().add(decided.id());
          decisions = Math.max(decisions, decided.number());
          latestNanos = decided.decidedNanos();
        }
      }
    }
    numbers.written(sequence, decisions);
    if (sequence % ROWS_PER_MARK == 0) {
      marks.addLast(new Mark(sequence, decisions, latestNanos));
    }
  }

  private void trim() {
    long bound = projector.syncedSequence();
    if (!openSince.isEmpty()) {
      bound = Math.min(bound, openSince.firstEntry().getValue() - 1);
    }
    Mark mark = marks.peekFirst();
    while (mark != null
        && mark.sequence() <= bound
        && (latestNanos - mark.nanos() > RESENT.toNanos()
            || decisions - mark.decisions() > MOST_READ)) {
      rows.trimTo(mark.sequence());
      marks.removeFirst();
      mark = marks.peekFirst();
    }
  }

  /** The decisions that the projection holds, for readers to see, by their number; any thread. */
  long archivedDecisions() {
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
