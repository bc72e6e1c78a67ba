package io.rollcall.sequencer.storage;

import io.rollcall.scp.SequencerRecord;
import io.rollcall.sequencer.coordination.Journal;
import java.util.List;

/**
 * The journal of a sequencer that keeps its state in memory: the machine remembers what it needs
 * while the process lives, so there is nothing to write. After a restart nobody knows what was
 * voted.
 */
public final class MemoryJournal implements Journal {

  /** A journal that keeps nothing. */
  public MemoryJournal() {}

  @Override
  public void append(List<SequencerRecord> batch) {
    if (batch.isEmpty()) {
      throw new IllegalArgumentException("a batch has at least one record");
    }
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
  public String description() {
    return "memory";
  }
}
