package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.UUID;

/**
 * A log that only grows at its end, one row per sync, with one writer. {@link #append}, {@link
 * #readFrom} and {@link #trimTo} belong to the coordinator thread (before it runs, to the start-up
 * thread); the other methods are safe for any thread.
 */
public interface RowLog extends AutoCloseable {

  /** Takes one row after the other. */
  @FunctionalInterface
  interface Reader {
    /** Takes the next row; the rows come in order, without a gap, verified. */
    void row(Row row) throws StorageException;
  }

  /** Names this log: made once, when it was created. A projection knows whose it is by it. */
  UUID identity();

  /** The first row that is still there; one more than {@link #lastSequence} when there is none. */
  long firstSequence();

  /** The last row; 0 when none was ever written. */
  long lastSequence();

  /**
   * Reads the rows from this one on, or from the first one that is still there.
   *
   * @throws StorageException when a row is damaged, missing, or not the successor of the one before
   */
  void readFrom(long sequence, Reader reader) throws StorageException;

  /**
   * Writes one row and syncs. When it returns, the row outlives the process and the machine. With a
   * database that can go away it waits until that is back and the outcome is known.
   *
   * @return its sequence number
   * @throws StorageException when it was not written, or nobody knows: nothing of it may be
   *     announced, and this log takes nothing any more
   */
  long append(ByteString batch) throws StorageException;

  /**
   * Allows to take away every row up to and with this one. They go a few at a time, with the rows
   * that are written later; the last row stays always.
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
