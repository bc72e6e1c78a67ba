package io.rollcall.transport.session;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;

/** A connection may not take the place of another of the same identity, for the time being. */
public final class ReplacementThrottledException extends TransportException {

  /** For the own log: why. */
  ReplacementThrottledException(String why) {
    super(CloseReason.THROTTLED, why);
  }
}
