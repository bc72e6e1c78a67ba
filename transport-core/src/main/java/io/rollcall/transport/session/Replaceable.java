package io.rollcall.transport.session;

import io.rollcall.transport.Connection;
import java.time.Duration;

/**
 * A connection that another of the same identity may take the place of, and what decides about it.
 * Safe for any thread; no call waits.
 */
public interface Replaceable extends Connection {

  /** Whether its end was seen already. */
  boolean ended();

  /** Since it was admitted. */
  Duration lived();

  /**
   * How long its oldest unanswered ping waits for an answer; zero when none does. Time in which
   * this side does not read on purpose does not count.
   */
  Duration unanswered();

  /** Pings it now, unless a ping is unanswered already. */
  void probe();
}
