package io.rollcall.transport;

/**
 * Hears of {@link AuditEvent}s of a server, one at a time, in their order, on a thread that does
 * nothing else: it may block. While it does, a bounded number of events waits; beyond that they are
 * logged and counted, and the listener does not hear of them. What it throws is logged.
 */
@FunctionalInterface
public interface AuditListener {

  /** Happened just now. */
  void audit(AuditEvent event);
}
