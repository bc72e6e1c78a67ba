package io.rollcall.publisher.coordination;

import io.rollcall.scp.LogRecord;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the publisher keeps what it must not forget: it only grows at its end. Written by the
 * coordinator thread alone; the methods without an {@link IOException} are safe for any thread.
 */
public interface DecisionLog extends AutoCloseable {

  /**
   * Reads what earlier processes wrote and the machine still needs, oldest first. Once, before the
   * first append, on the start-up thread.
   *
   * @return the number of the last decision that was ever made durable, read or not; 0 when there
   *     was none
   * @throws IOException when what was written cannot be read, or is not what was written
   */
  long replay(Consumer<LogRecord> reader) throws IOException;

  /**
   * Appends a batch and makes it durable with one sync. When it returns, the batch outlives the
   * process (as far as this log is {@link #isDurable() durable}). Waits while a database is away.
   *
   * @param batch at least one record, in the order they came about
   * @throws IOException when the outcome is a failure or unknown: nothing of the batch may be
   *     announced
   */
  void append(List<LogRecord> batch) throws IOException;

  /** Whether what was appended outlives the process. */
  boolean isDurable();

  /** Whether nothing has to be waited for now; false makes the service unready. */
  boolean isWritable();

  /** What is wrong now, in one sentence; empty while nothing is. */
  Optional<String> fault();

  /** Its kind and place, for people: {@code memory}, {@code sqlite data/publisher.db}. */
  String description();

  /** Lets go of it; an append that waits fails. */
  @Override
  void close();
}
