package io.rollcall.publisher.ops;

import io.rollcall.scp.PublisherFact;
import io.rollcall.service.coordination.FactListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the log what operators should know: chains that stop answering and answer again. Single
 * XTs are told at DEBUG only. Runs on the coordinator thread.
 */
public final class FactLog implements FactListener<PublisherFact> {

  private static final Logger log = LoggerFactory.getLogger(FactLog.class);

  /** A listener without state. */
  public FactLog() {}

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
        case PublisherFact.Finished finished ->
            log.debug(
                "XT {} {} {}",
                finished.decision().id(),
                finished.decision().outcome(),
                finished.decision().reason());
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
}
