package io.rollcall.sequencer.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.v1.Message.PayloadCase;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.sequencer.coordination.XtProjection;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters {@code publisher_consensus_*}, with the SDK's names and buckets. A sequencer sees its
 * own votes only, so those are the votes it counts; the decisions it counts are those it received.
 * All meters are registered when this is made, so none appears late, and none has a label that a
 * peer can invent.
 *
 * <p>Facts come on the coordinator thread, messages on dispatch threads.
 */
public final class ConsensusMeters implements FactListener<SequencerFact>, InboundObserver {

  private static final Logger log = LoggerFactory.getLogger(ConsensusMeters.class);

  private static final String PREFIX = "publisher.consensus.";
  private static final String COMMIT = "commit";
  private static final String ABORT = "abort";

  private static final Duration[] CONSENSUS_BUCKETS =
      millis(100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 180_000);
  private static final Duration[] DURATION_BUCKETS =
      millis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);
  private static final double[] COUNT_BUCKETS = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000};

  private final TransportMetrics transportMetrics;
  private final NanoClock clock;
  private final long voteDeadlineNanos;
  private final XtProjection projection;
  private final Counter initiated;
  private final ByDecision transactions;
  private final Map<String, Timer> durations = new LinkedHashMap<>();
  private final ByDecision votesReceived;
  private final Timer voteLatency;
  private final Counter timeouts;
  private final DistributionSummary participants;
  private final ByDecision decisions;
  private final ByDecision votesSent;
  private final Map<String, Timer> callbackLatencies = new LinkedHashMap<>();
  private final Counter unrouted;

  /** Two counters that differ in one label. */
  private record ByDecision(Counter commit, Counter abort) {
    static ByDecision of(Function<String, Counter> counter) {
      return new ByDecision(counter.apply(COMMIT), counter.apply(ABORT));
    }

    void count(boolean isCommit) {
      (isCommit ? commit : abort).increment();
    }
  }

  /** Registers all meters. */
  public ConsensusMeters(
      MeterRegistry registry,
      ChainId ownChain,
      Duration voteDeadline,
      XtProjection projection,
      TransportMetrics transportMetrics,
      NanoClock clock) {
    this.transportMetrics = transportMetrics;
    this.clock = clock;
    this.voteDeadlineNanos = voteDeadline.toNanos();
    this.projection = projection;
    initiated =
        counter(registry, "transactions", "XTs by what became of them", "state", "initiated");
    transactions =
        ByDecision.of(state ->
            counter(registry, "transactions", "XTs by what became of them", "state", state));
    for (String state : List.of(COMMIT, ABORT)) {
      durations.put(
          state,
          timer(
              registry,
              "duration",
              "From the start, or the submission, to the decision",
              CONSENSUS_BUCKETS,
              "state",
              state));
    }
    String chain = ownChain.hex();
    votesReceived =
        ByDecision.of(vote ->
            counter(registry, "votes.received", "Own votes", "chain_id", chain, "vote", vote));
    voteLatency =
        timer(
            registry,
            "vote.latency",
            "From the start to the own vote",
            CONSENSUS_BUCKETS,
            "chain_id",
            chain);
    timeouts =
        counter(registry, "timeouts", "Votes that were late, and XTs whose decision is overdue");
    participants =
        DistributionSummary.builder(PREFIX + "participants.per.transaction")
            .description("Chains of an XT")
            .serviceLevelObjectives(COUNT_BUCKETS)
            .register(registry);
    decisions =
        ByDecision.of(decision ->
            counter(
                registry,
                "decisions.broadcast",
                "Decisions that came from the publisher",
                "decision",
                decision));
    votesSent =
        ByDecision.of(vote ->
            counter(registry, "vote.broadcast", "Votes sent, repeats included", "vote", vote));
    for (PayloadCase payload : PayloadCase.values()) {
      String type = payload.name().toLowerCase(Locale.ROOT);
      callbackLatencies.put(
          type,
          timer(
              registry,
              "callback.latency",
              "How long a message's handler took",
              DURATION_BUCKETS,
              "type",
              type));
    }
    unrouted =
        counter(
            registry,
            "circ.messages",
            "Messages that are carried and not acted on",
            "operation",
            "unrouted");
    gauge(registry, "active.transactions", "XTs without an end", XtProjection::open);
    gauge(
        registry,
        "state.manager.size",
        "XTs that are known: without an end, and ended ones that are remembered",
        XtProjection::size);
  }

  private void gauge(
      MeterRegistry registry, String name, String meaning, ToDoubleFunction<XtProjection> value) {
    Gauge.builder(PREFIX + name, projection, value)
        .description(meaning)
        .strongReference(true)
        .register(registry);
  }

  private static Counter counter(
      MeterRegistry registry, String name, String meaning, String... tags) {
    return Counter.builder(PREFIX + name).description(meaning).tags(tags).register(registry);
  }

  private static Timer timer(
      MeterRegistry registry, String name, String meaning, Duration[] buckets, String... tags) {
    return Timer.builder(PREFIX + name)
        .description(meaning)
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private static Duration[] millis(long... millis) {
    return Arrays.stream(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  @Override
  public void observed(List<SequencerFact> facts) {
    facts.forEach(this::count);
  }

  private void count(SequencerFact fact) {
    switch (fact) {
      case SequencerFact.Started(var xt, _) -> {
        initiated.increment();
        participants.record(xt.chains().size());
      }
      case SequencerFact.VoteSent vote -> countVote(vote);
      case SequencerFact.Finished(_, SequencerOutcome outcome) -> countOutcome(outcome);
      case SequencerFact.XtInDoubt _ -> timeouts.increment();
      case SequencerFact.SubmissionAccepted _,
          SequencerFact.SubmissionJoined _,
          SequencerFact.SubmissionAnswered _,
          SequencerFact.SubmissionRefused _,
          SequencerFact.SubmissionInDoubt _,
          SequencerFact.CommitWithoutVote _,
          SequencerFact.Restored _,
          SequencerFact.Resolved _,
          SequencerFact.DecidedOtherwise _,
          SequencerFact.Ignored _ -> {}
    }
  }

  private void countVote(SequencerFact.VoteSent vote) {
    votesSent.count(vote.yes());
    if (vote.repeated()) {
      return;
    }
    votesReceived.count(vote.yes());
    projection
        .find(vote.id())
        .map(xt -> xt.startedNanos())
        .filter(OptionalLong::isPresent)
        .ifPresent(started -> {
          long latency = clock.nanos() - started.getAsLong();
          voteLatency.record(latency, TimeUnit.NANOSECONDS);
          if (!vote.yes() && latency >= voteDeadlineNanos) {
            timeouts.increment();
          }
        });
  }

  private void countOutcome(SequencerOutcome outcome) {
    decisions.count(outcome.committed());
    transactions.count(outcome.committed());
    OptionalLong began =
        outcome.startedAt().isPresent() ? outcome.startedAt() : outcome.submittedAt();
    Timer duration = durations.get(outcome.committed() ? COMMIT : ABORT);
    if (began.isPresent() && duration != null) {
      duration.record(outcome.decidedAt() - began.getAsLong(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void handled(String payload, long nanos) {
    Timer latency = callbackLatencies.get(payload);
    if (latency != null) {
      latency.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void unrouted(String connectionId, String payload) {
    unrouted.increment();
    log.debug("{}: {} is not acted on", connectionId, payload);
  }

  @Override
  public void malformed(String connectionId, String payload, String why) {
    transportMetrics.error(CloseReason.PROTOCOL_ERROR, Operation.HANDLE);
    log.debug("{}: {} was dropped: {}", connectionId, payload, why);
  }
}
