package io.rollcall.sequencer.ops;

import io.rollcall.proto.ChainId;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.transport.logging.LogQuota;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line for what became of each XT here, with its id and all the rest as fields. Of commits and
 * of others {@value #MOST_OUTCOMES} lines each go to INFO in ten seconds, because more would be no
 * log any more; those that are kept back go to DEBUG, and the next line says how many they are.
 * Runs on the coordinator thread.
 */
public final class OutcomeLog implements FactListener<SequencerFact> {

  static final int MOST_OUTCOMES = 100;

  private static final Logger log = LoggerFactory.getLogger(OutcomeLog.class);

  private final ChainId ownChain;
  private final LogQuota commits;
  private final LogQuota others;

  /**
   * Begins with nothing used of the lines it may write.
   *
   * @param nanoTime a steady clock
   */
  public OutcomeLog(ChainId ownChain, LongSupplier nanoTime) {
    this.ownChain = ownChain;
    this.commits = new LogQuota(MOST_OUTCOMES, nanoTime);
    this.others = new LogQuota(MOST_OUTCOMES, nanoTime);
  }

  @Override
  public void observed(List<SequencerFact> facts) {
    for (SequencerFact fact : facts) {
      if (fact instanceof SequencerFact.Finished finished) {
        finished(finished.outcome());
      }
    }
  }

  private void finished(SequencerOutcome xt) {
    long keptBack = (xt.committed() ? commits : others).take();
    Level level = keptBack == LogQuota.KEPT_BACK ? Level.DEBUG : Level.INFO;
    if (!log.isEnabledForLevel(level)) {
      return;
    }
    String outcome = xt.committed() ? "committed" : "aborted";
    long began = xt.startedAt().orElse(xt.submittedAt().orElse(xt.decidedAt()));
    double tookMs = (xt.decidedAt() - began) / 1e6;
    log.atLevel(level)
        .addKeyValue("xt", xt.id().hex())
        .addKeyValue("chain", ownChain.toString())
        .addKeyValue("outcome", outcome)
        .addKeyValue("applied", xt.applied())
        .addKeyValue("reason", xt.reason())
        .addKeyValue("took_ms", tookMs)
        .log(
            "XT %s %s%s on chain %s, %s here, after %.1f ms%s"
                .formatted(
                    xt.id().hex(),
                    outcome,
                    xt.reason().isEmpty() ? "" : ": " + xt.reason(),
                    ownChain,
                    xt.applied() ? "applied" : "not applied",
                    tookMs,
                    keptBack > 0 ? "; " + keptBack + " more like it were kept back" : ""));
  }
}
