package io.rollcall.publisher.ops;

import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.transport.logging.LogQuota;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes to the log what operators should know: chains that stop answering and answer again, and
 * what became of each XT, with its id and all the rest as fields. Of commits and of others {@value
 * #MOST_OUTCOMES} lines each go to INFO in ten seconds, because more would be no log any more;
 * those that are kept back go to DEBUG, and the next line says how many they are. Runs on the
 * coordinator thread.
 */
public final class FactLog implements FactListener<PublisherFact> {

  private static final Logger log = LoggerFactory.getLogger(FactLog.class);

  static final int MOST_OUTCOMES = 100;

  private final LogQuota commits;
  private final LogQuota others;

  /**
   * Begins with nothing used of the lines it may write.
   *
   * @param nanoTime a steady clock
   */
  public FactLog(LongSupplier nanoTime) {
    this.commits = new LogQuota(MOST_OUTCOMES, nanoTime);
    this.others = new LogQuota(MOST_OUTCOMES, nanoTime);
  }

  @Override
  public void observed(List<PublisherFact> facts) {
    for (PublisherFact fact : facts) {
      switch (fact) {
        case PublisherFact.ChainStoppedAnswering stopped ->
            log.warn(
                "Chain {} let {} XTs in a row time out; XTs naming it are refused until it votes,"
                    + " connects again or passes a trial",
                stopped.chain(),
                stopped.timeouts());
        case PublisherFact.ChainAnswersAgain again ->
            log.info("Chain {} is asked again", again.chain());
        case PublisherFact.Finished finished -> finished(finished.decision());
        case PublisherFact.Refused refused ->
            log.debug(
                "{}: XT {} refused: {}", refused.connectionId(), refused.id(), refused.reason());
        case PublisherFact.VoteIgnored ignored ->
            log.debug(
                "{}: vote of chain {} on XT {} ignored: {}",
                ignored.connectionId(),
                ignored.chain(),
                ignored.id(),
                ignored.cause());
        case PublisherFact.IdentityMismatch mismatch ->
            log.debug(
                "{}: vote for chain {} ignored: its rights are gone",
                mismatch.connectionId(),
                mismatch.chain());
        case PublisherFact.Queued _,
            PublisherFact.VotingStarted _,
            PublisherFact.VoteCounted _,
            PublisherFact.Repeated _ -> {}
      }
    }
  }

  private void finished(LogRecord.Decided decision) {
    boolean commit = decision.outcome() == XtOutcome.COMMITTED;
    long keptBack = (commit ? commits : others).take();
    Level level = keptBack == LogQuota.KEPT_BACK ? Level.DEBUG : Level.INFO;
    if (!log.isEnabledForLevel(level)) {
      return;
    }
    String outcome = decision.outcome().name().toLowerCase(Locale.ROOT);
    String chains =
        decision.votes().stream()
            .map(vote -> vote.chain() + " " + vote.answer().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    long announced = decision.announcedNanos().orElse(decision.decidedNanos());
    double waitedMs = (announced - decision.queuedNanos()) / 1e6;
    double votingMs = (decision.decidedNanos() - announced) / 1e6;
    log.atLevel(level)
        .addKeyValue("xt", decision.id().hex())
        .addKeyValue("outcome", outcome)
        .addKeyValue("reason", decision.reason())
        .addKeyValue("chains", chains)
        .addKeyValue("submitter", decision.submitter())
        .addKeyValue("waited_ms", waitedMs)
        .addKeyValue("voting_ms", votingMs)
        .log(
            "XT %s %s%s (%s), waited %.1f ms, voting took %.1f ms%s"
                .formatted(
                    decision.id().hex(),
                    outcome,
                    decision.reason().isEmpty() ? "" : ": " + decision.reason(),
                    chains,
                    waitedMs,
                    votingMs,
                    keptBack > 0 ? "; " + keptBack + " more like it were kept back" : ""));
  }
}
