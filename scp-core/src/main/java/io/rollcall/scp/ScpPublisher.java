package io.rollcall.scp;

import io.rollcall.proto.XtId;
import java.util.List;
import java.util.OptionalLong;

/**
 * The publisher's side of the two-phase commit: queues XTs, starts them as chains become free,
 * counts votes and decides each XT exactly once. A pure state machine: no I/O, no threads, no
 * clock, no randomness, so the same inputs at the same times give the same effects. Not
 * thread-safe: one thread steps and reads it.
 */
public final class ScpPublisher {

  /** A machine that knows nobody and nothing. */
  public ScpPublisher(PublisherRules rules) {}

  /**
   * Takes one input.
   *
   * @param nowNanos nanoseconds since the Unix epoch, of a clock that never runs backwards
   * @return what to do about it, in order; often nothing
   */
  public List<PublisherEffect> step(PublisherInput input, long nowNanos) {
    return List.of();
  }

  /** When the next {@link PublisherInput.Tick} is due; empty while nothing can time out. */
  public OptionalLong nextDeadlineNanos() {
    return OptionalLong.empty();
  }

  /** The chains that are bound, have voted, or have XTs waiting or in flight, ascending. */
  public List<ChainStatus> chains() {
    return List.of();
  }

  /** The XTs that are started and undecided, in the order of their start. */
  public List<XtId> open() {
    return List.of();
  }

  /** Number of XTs that are started and undecided. */
  public int openCount() {
    return 0;
  }

  /** Number of XTs that wait. */
  public int queued() {
    return 0;
  }

  /** Encoded bytes of the XTs that wait. */
  public long queuedBytes() {
    return 0;
  }

  /** Number of decisions that are remembered. */
  public int rememberedOutcomes() {
    return 0;
  }
}
