package io.rollcall.sequencer.storage;

import io.rollcall.sequencer.coordination.Journal;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import java.util.List;
import java.util.Optional;

/**
 * The journal of a sequencer that keeps its state in memory: there is nothing to write, and after a
 * restart nothing is left.
 */
public final class MemoryJournal implements Journal {

  /** A journal that keeps nothing. */
  public MemoryJournal() {}

  @Override
  public long replay(Recovery recovery) {
    return 0;
  }

  @Override
  public void append(List<JournalEntry> batch) {
    if (batch.isEmpty()) {
      throw new IllegalArgumentException("a batch has at least one entry");
    }
  }

  @Override
  public void settled(LedgerState changes) {
    // The ledger has it.
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public Optional<String> fault() {
    return Optional.empty();
  }

  @Override
  public String description() {
    return "memory";
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
