package io.rollcall.sequencer.ops;

import io.rollcall.scp.SequencerRecord;
import io.rollcall.sequencer.coordination.Journal;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.metrics.StorageMeters;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A journal whose syncs are counted and timed. */
public final class MeteredJournal implements Journal {

  private final Journal journal;
  private final StorageMeters meters;
  private final SyncListener listener;

  /**
   * Counts the syncs of this journal.
   *
   * @param listener told of each of them
   */
  public MeteredJournal(Journal journal, StorageMeters meters, SyncListener listener) {
    this.journal = journal;
    this.meters = meters;
    this.listener = listener;
  }

  @Override
  public void append(List<JournalEntry> batch) throws IOException {
    long begun = System.nanoTime();
    journal.append(batch);
    if (journal.isDurable()) {
      Set<Object> subjects =
          batch.stream().map(MeteredJournal::subject).collect(Collectors.toSet());
      meters.synced(subjects.size(), begun);
      listener.synced(subjects, begun);
    }
  }

  /** What is counted once: an XT, or a plain transaction. */
  private static Object subject(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.Plain plain -> plain;
      case JournalEntry.Machine(SequencerRecord.Submitted submitted) -> submitted.xt().id();
      case JournalEntry.Machine(SequencerRecord.Voted voted) -> voted.xt().id();
      case JournalEntry.Machine(SequencerRecord.Decided decided) -> decided.outcome().id();
      case JournalEntry.Machine(SequencerRecord.SubmissionRefused refused) -> refused.id();
    };
  }

  @Override
  public long replay(Recovery recovery) throws IOException {
    return journal.replay(recovery);
  }

  @Override
  public void settled(LedgerState changes) throws IOException {
    journal.settled(changes);
  }

  @Override
  public boolean isDurable() {
    return journal.isDurable();
  }

  @Override
  public boolean isWritable() {
    return journal.isWritable();
  }

  @Override
  public Optional<String> fault() {
    return journal.fault();
  }

  @Override
  public String description() {
    return journal.description();
  }

  @Override
  public void close() {
    journal.close();
  }
}
