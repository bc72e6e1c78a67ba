package io.rollcall.publisher.coordination;

import io.rollcall.scp.XtOutcome;
import java.util.Locale;

/** Where an XT is; in this order, and the last three are final. */
public enum XtState {
  /** Waits for its chains to become free or to connect. */
  QUEUED,
  /** Was announced; votes are coming in. */
  VOTING,
  /** Every chain voted yes. */
  COMMITTED,
  /** A chain voted no, or votes were missing at the time-out. */
  ABORTED,
  /** Waited too long and was never announced. */
  EXPIRED;

  /** The word on HTTP: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether nothing changes any more. */
  public boolean isFinal() {
    return compareTo(COMMITTED) >= 0;
  }

  /** The state of an XT that was decided so. */
  public static XtState of(XtOutcome outcome) {
    return switch (outcome) {
      case COMMITTED -> COMMITTED;
      case ABORTED -> ABORTED;
      case EXPIRED -> EXPIRED;
    };
  }
}
