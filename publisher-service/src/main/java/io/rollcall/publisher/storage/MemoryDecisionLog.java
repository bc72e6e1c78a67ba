package io.rollcall.publisher.storage;

import io.rollcall.publisher.coordination.DecisionLog;
import io.rollcall.scp.LogRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The log of a publisher that keeps its state in memory: the machine remembers what it needs while
 * the process lives, so there is nothing to write. After a restart nobody knows what was decided.
 */
public final class MemoryDecisionLog implements DecisionLog {

  /** A log that keeps nothing. */
  public MemoryDecisionLog() {}

  @Override
  public long replay(Consumer<LogRecord> reader) {
    return 0;
  }

  @Override
  public void append(List<LogRecord> batch) {
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
