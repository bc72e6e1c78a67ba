package io.rollcall.service.tracing;

import io.rollcall.proto.XtId;
import java.util.Set;

/**
 * One sync, which made a batch durable. Times are nanoseconds since the Unix epoch. Immutable, any
 * thread.
 *
 * @param subjects what the batch speaks of, among it the ids of its XTs
 */
public record Sync(Set<?> subjects, long begunNanos, long endedNanos) {

  /** Before the first one. */
  public static final Sync NONE = new Sync(Set.of(), 0, 0);

  /** Whether it made something of this XT durable. */
  public boolean isOf(XtId id) {
    return subjects.contains(id);
  }
}
