package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;

/**
 * A log that only grows at its end, one row per sync, with one writer. {@link #append}, {@link
 * #read} and {@link #trimTo} belong to the coordinator thread (before it runs, to the start-up
 * thread); the other methods are safe for any thread.
 */
public interface RowLog extends AutoCloseable {

  /** Takes one row after the other. */
  @FunctionalInterface
  interface Reader {
    /** Takes the next row; the rows come in order, without a gap, verified. */
    void row(Row row) throws IOException;
  }

  /** The first row that is still there; one more than the {@link #last} when there is none. */
  long firstSequence();

  /** The last row; sequence 0 when none was ever written. */
  RowPosition last();

  /**
   * Reads every row that is still there. Each row carries the hash of the one before, so a row that
   * was changed, left out or put in is noticed; of the first one that was not trimmed only its own
   * checksum is left.
   *
   * @throws StorageException when a row is damaged, missing, or not the successor of the one before
   * @throws IOException what the reader throws
   */
  void read(Reader reader) throws IOException;

  /**
   * Writes one row and syncs. When it returns, the row outlives the process and the machine. With a
   * database that can go away it waits until that is back and the outcome is known.
   *
   * @return where it stands
   * @throws StorageException when it was not written, or nobody knows: nothing of it may be
   *     announced, and this log takes nothing any more
   */
  RowPosition append(ByteString batch) throws StorageException;

  /**
   * Allows to take away every row up to and with this one. They go some at a time, with the rows
   * that are written later; some dozens, and the last row, stay always.
   */
  void trimTo(long sequence);

  /** Whether a write would be tried now; false makes the service unready. */
  boolean isWritable();

  /** What is wrong now, in one sentence; empty while nothing is. */
  Optional<String> fault();

  /** Its kind and place for people, without credentials: {@code sqlite data/publisher.db}. */
  String description();

  /** Lets go of it; a write that waits for its database fails. */
  @Override
  void close();
}
