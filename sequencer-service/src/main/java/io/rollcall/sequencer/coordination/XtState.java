package io.rollcall.sequencer.coordination;

import java.util.Locale;

/** Where an XT is, as far as this sequencer knows. */
public enum XtState {
  /** Was submitted here and is not announced to this chain (yet). */
  QUEUED,
  /** Was announced; this chain votes or has voted. */
  VOTING,
  /** The outcome is overdue. No outcome itself: one may still come. */
  IN_DOUBT,
  /** Decided to take effect. */
  COMMITTED,
  /** Decided not to. */
  ABORTED,
  /** Ended without being announced to this chain, which takes part in it. */
  EXPIRED,
  /** The publisher did not take the submission; the same XT may be submitted again. */
  REFUSED;

  /** The word on HTTP: lower case, {@code in doubt} with a space. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Whether it has ended. */
  public boolean isFinal() {
    return compareTo(COMMITTED) >= 0;
  }
}
