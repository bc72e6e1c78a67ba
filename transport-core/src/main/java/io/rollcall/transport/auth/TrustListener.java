package io.rollcall.transport.auth;

/** Hears that the list of trusted keys changed. */
@FunctionalInterface
public interface TrustListener {

  /**
   * Called after the change, on the thread that made it, one change after the other; the next
   * change waits for its end, so it must not take long. What it throws is logged, and nobody else
   * notices.
   */
  void trustChanged(TrustChange change);
}
