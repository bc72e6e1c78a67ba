package io.rollcall.sequencer.testing;

import io.rollcall.sequencer.coordination.Journal;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A journal that keeps nothing; a test overrides what it is about. */
public class FakeJournal implements Journal {

  /** Keeps nothing. */
  public FakeJournal() {}

  @Override
  public long replay(Recovery recovery) throws IOException {
    return 0;
  }

  @Override
  public void append(List<JournalEntry> batch) throws IOException {}

  @Override
  public void settled(LedgerState changes) {}

  @Override
  public boolean isDurable() {
    return true;
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
    return "test";
  }

  @Override
  public void close() {}
}
