package io.rollcall.sequencer.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerFact;
import io.rollcall.service.coordination.FactListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Says what a person has to look at: an XT in doubt, once, a commit without an own yes, and what an
 * operator decided here, above all when the publisher decides otherwise. Counts them as further
 * states of {@code publisher_consensus_transactions_total}. On the coordinator thread.
 */
public final class XtAlarms implements FactListener<SequencerFact> {

  private static final Logger log = LoggerFactory.getLogger(XtAlarms.class);

  private final ChainId ownChain;
  private final ApplicationEventPublisher events;
  private final Counter inDoubt;
  private final Counter withoutVote;
  private final Counter decidedOtherwise;

  /** Publishes {@link CommitWithoutVoteEvent} there. */
  public XtAlarms(ChainId ownChain, ApplicationEventPublisher events, MeterRegistry registry) {
    this.ownChain = ownChain;
    this.events = events;
    this.inDoubt = counter(registry, "in_doubt");
    this.withoutVote = counter(registry, "commit_without_vote");
    this.decidedOtherwise = counter(registry, "decided_otherwise");
  }

  private static Counter counter(MeterRegistry registry, String state) {
    return Counter.builder("publisher.consensus.transactions")
        .description("XTs by what became of them")
        .tag("state", state)
        .register(registry);
  }

  @Override
  public void observed(List<SequencerFact> facts) {
    for (SequencerFact fact : facts) {
      switch (fact) {
        case SequencerFact.XtInDoubt(XtId id) -> {
          inDoubt.increment();
          log.warn(
              "XT {} is in doubt: chain {} voted yes and the publisher sends no decision; its"
                  + " accounts stay locked until it does",
              id,
              ownChain);
        }
        case SequencerFact.CommitWithoutVote(XtId id) -> {
          withoutVote.increment();
          log.error(
              "XT {} was committed by the publisher although chain {} did not vote yes; it is not"
                  + " applied here, the other chains have applied it",
              id,
              ownChain);
          events.publishEvent(new CommitWithoutVoteEvent(id));
        }
        case SequencerFact.Resolved(XtId id, boolean commit, String operator) ->
            log.warn(
                "- audit event=\"xt-resolved\" xt=\"{}\" chain=\"{}\" outcome=\"{}\" by=\"{}\"",
                id,
                ownChain,
                commit ? "commit" : "abort",
                operator);
        case SequencerFact.DecidedOtherwise(XtId id, boolean committedHere) -> {
          decidedOtherwise.increment();
          log.error(
              "XT {} was {} on chain {} by an operator, and the publisher decided otherwise; the"
                  + " chains differ",
              id,
              committedHere ? "committed" : "aborted",
              ownChain);
        }
        case SequencerFact.Ignored(XtId id, String why) -> log.debug("XT {}: ignored: {}", id, why);
        default -> {}
      }
    }
  }
}
