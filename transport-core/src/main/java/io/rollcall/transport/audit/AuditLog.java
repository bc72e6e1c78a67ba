package io.rollcall.transport.audit;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.logging.LogQuota;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events at WARN, of each kind no more than a few in a while, so that many of one kind do
 * not hide another. The rest go to DEBUG, and the next WARN of the kind says how many they were.
 * Safe for any thread.
 */
final class AuditLog {

  /** Operators find the lines by it. */
  static final String LOGGER = "io.rollcall.transport.audit";

  private static final Logger log = LoggerFactory.getLogger(LOGGER);

  private final LogQuota refusals;
  private final LogQuota offences;
  private final LogQuota replacements;
  private final LogQuota throttles;
  private final LogQuota trustChanges;
  private final LogQuota withdrawals;

  AuditLog(LongSupplier nanoTime) {
    refusals = new LogQuota(LogQuota.USUAL, nanoTime);
    offences = new LogQuota(LogQuota.USUAL, nanoTime);
    replacements = new LogQuota(LogQuota.USUAL, nanoTime);
    throttles = new LogQuota(LogQuota.USUAL, nanoTime);
    trustChanges = new LogQuota(LogQuota.USUAL, nanoTime);
    withdrawals = new LogQuota(LogQuota.USUAL, nanoTime);
  }

  void write(AuditEvent event) {
    long keptBack = quota(event).take();
    if (keptBack == LogQuota.KEPT_BACK) {
      if (log.isDebugEnabled()) {
        log.debug("{}", AuditLine.of(event));
      }
      return;
    }
    AuditLine line = AuditLine.of(event);
    if (keptBack > 0) {
      line.add("kept-back", String.valueOf(keptBack));
    }
    log.warn("{}", line);
  }

  private LogQuota quota(AuditEvent event) {
    return switch (event) {
      case AuditEvent.HandshakeRefused _ -> refusals;
      case AuditEvent.Offence _ -> offences;
      case AuditEvent.ConnectionReplaced _ -> replacements;
      case AuditEvent.AddressThrottled _ -> throttles;
      case AuditEvent.TrustChanged _ -> trustChanges;
      case AuditEvent.TrustWithdrawn _ -> withdrawals;
    };
  }
}
