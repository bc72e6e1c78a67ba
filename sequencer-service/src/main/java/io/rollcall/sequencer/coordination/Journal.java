package io.rollcall.sequencer.coordination;

import io.rollcall.scp.SequencerRecord;
import java.io.IOException;
import java.util.List;

/**
 * Where the sequencer keeps what it must not forget: it only grows at its end. Written by the
 * coordinator thread alone; the other methods are safe for any thread.
 */
public interface Journal {

  /**
   * Appends a batch and makes it durable with one sync. When it returns, the batch outlives the
   * process (as far as this journal is {@link #isDurable() durable}).
   *
   * @param batch at least one record, in the order they came about
   * @throws IOException when the outcome is a failure or unknown: nothing of the batch may be
   *     carried out
   */
  void append(List<SequencerRecord> batch) throws IOException;

  /** Whether what was appended outlives the process. */
  boolean isDurable();

  /** Whether a write would be tried now; false makes the service unready. */
  boolean isWritable();

  /** Its kind, for people: {@code memory}. */
  String description();
}
