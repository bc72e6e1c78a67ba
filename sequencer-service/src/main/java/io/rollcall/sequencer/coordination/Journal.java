package io.rollcall.sequencer.coordination;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where the sequencer keeps what it must not forget: it only grows at its end. Written by the
 * coordinator thread alone; the methods without an {@link IOException} are safe for any thread.
 */
public interface Journal extends AutoCloseable {

  /** Takes what an earlier process left. */
  interface Recovery {

    /** First: the ledger as it was kept, with everything that the entries below do not repeat. */
    void ledger(LedgerState kept);

    /** Then each entry, oldest first. */
    void entry(JournalEntry entry) throws IOException;

    /** What the entries since the last call did to the ledger. */
    LedgerState changes();
  }

  /**
   * Reads what earlier processes wrote and this one still needs. Once, before the first append, on
   * the start-up thread.
   *
   * @return the number of the last outcome that was ever made durable, read or not; 0 when there
   *     was none
   * @throws IOException when what was written cannot be read, or is not what was written
   */
  long replay(Recovery recovery) throws IOException;

  /**
   * Appends a batch and makes it durable with one sync. When it returns, the batch outlives the
   * process (as far as this journal is {@link #isDurable() durable}). Waits while a database is
   * away.
   *
   * @param batch at least one entry, in the order they came about
   * @throws IOException when the outcome is a failure or unknown: nothing of the batch may be
   *     carried out
   */
  void append(List<JournalEntry> batch) throws IOException;

  /**
   * Once after each append: what the batch did to the ledger, to be kept for the next start.
   *
   * @throws IOException when interrupted while it waited for room
   */
  void settled(LedgerState changes) throws IOException;

  /** Whether what was appended outlives the process. */
  boolean isDurable();

  /** Whether nothing has to be waited for now; false makes the service unready. */
  boolean isWritable();

  /** What is wrong now, in one sentence; empty while nothing is. */
  Optional<String> fault();

  /** Its kind and place, for people: {@code memory}, {@code sqlite data/sequencer.db}. */
  String description();

  /** Lets go of it; an append that waits fails. */
  @Override
  void close();
}
