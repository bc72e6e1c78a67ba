package io.rollcall.publisher.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.proto.ChainId;
import io.rollcall.publisher.coordination.MachineLoad;
import io.rollcall.publisher.coordination.SendListener;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.coordination.FactListener;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Keeps the meters of {@link ConsensusMeters}, all registered when it is made, but for chains that
 * are bound later: every family shows from the first scrape, and an XT costs no lookup by name.
 * Facts and sends come from the coordinator thread, inbound counts from any; reading is safe for
 * any.
 */
public final class PublisherMetrics implements FactListener<PublisherFact>, SendListener {

  private static final String COMMIT = "commit";
  private static final String ABORT = "abort";

  /** Chains that were ever bound since the start and have a label, where keys change. */
  static final int MOST_LABELS = 1_024;

  /** The label of every chain that is not configured. */
  private static final String OTHER_CHAIN = "other";

  private record ChainMeters(Counter commitVotes, Counter abortVotes, Timer latency) {}

  private final MeterRegistry registry;
  private final Counter initiated;
  private final Counter committed;
  private final Counter aborted;
  private final Timer commitDuration;
  private final Timer abortDuration;
  private final Counter timeouts;
  private final DistributionSummary participants;
  private final Counter commitsBroadcast;
  private final Counter abortsBroadcast;
  private final Counter unrouted;
  private final Timer xtRequestLatency;
  private final Timer voteLatency;
  private final Timer unroutedLatency;
  private final Map<ChainId, ChainMeters> chains = new ConcurrentHashMap<>();
  private final ChainMeters otherChains;
  private final LongAdder messagesHandled = new LongAdder();
  private final LongAdder messagesSent = new LongAdder();

  /**
   * Registers every meter.
   *
   * @param configured the chains that get a label of their own
   */
  public PublisherMetrics(MeterRegistry registry, Collection<ChainId> configured) {
    this.registry = registry;
    initiated = counter(ConsensusMeters.TRANSACTIONS, "initiated");
    committed = counter(ConsensusMeters.TRANSACTIONS, COMMIT);
    aborted = counter(ConsensusMeters.TRANSACTIONS, ABORT);
    commitDuration = timer(ConsensusMeters.DURATION, ConsensusMeters.CONSENSUS_BUCKETS, COMMIT);
    abortDuration = timer(ConsensusMeters.DURATION, ConsensusMeters.CONSENSUS_BUCKETS, ABORT);
    timeouts = counter(ConsensusMeters.TIMEOUTS);
    participants =
        DistributionSummary.builder(ConsensusMeters.PARTICIPANTS.meterName())
            .description(ConsensusMeters.PARTICIPANTS.meaning())
            .serviceLevelObjectives(ConsensusMeters.COUNT_BUCKETS)
            .register(registry);
    commitsBroadcast = counter(ConsensusMeters.DECISIONS_BROADCAST, COMMIT);
    abortsBroadcast = counter(ConsensusMeters.DECISIONS_BROADCAST, ABORT);
    counter(ConsensusMeters.VOTE_BROADCAST, COMMIT);
    counter(ConsensusMeters.VOTE_BROADCAST, ABORT);
    unrouted = counter(ConsensusMeters.CIRC_MESSAGES, "unrouted");
    xtRequestLatency = callback("xt_request");
    voteLatency = callback("vote");
    unroutedLatency = callback("unrouted");
    configured.forEach(chain -> chains.put(chain, chainMeters(chain.hex())));
    otherChains = chainMeters(OTHER_CHAIN);
  }

  /**
   * Gives these chains a label of their own too. A label stays, because a counter that goes away
   * looks like a restart; those of more than {@value #MOST_LABELS} chains are not told apart.
   */
  public void label(Collection<ChainId> bound) {
    for (ChainId chain : bound) {
      if (chains.size() < MOST_LABELS) {
        chains.computeIfAbsent(chain, added -> chainMeters(added.hex()));
      }
    }
  }

  /** Shows this load in the gauges. */
  public void watch(Supplier<MachineLoad> load) {
    gauge(ConsensusMeters.ACTIVE_TRANSACTIONS, () -> load.get().open());
    gauge(ConsensusMeters.STATE_MANAGER_SIZE, () -> load.get().total());
  }

  /** How many messages reached their handler since the start. */
  public long messagesHandled() {
    return messagesHandled.sum();
  }

  /** How many messages were announced since the start, each once however many heard it. */
  public long messagesSent() {
    return messagesSent.sum();
  }

  @Override
  public void observed(List<PublisherFact> facts) {
    facts.forEach(this::observed);
  }

  private void observed(PublisherFact fact) {
    switch (fact) {
      case PublisherFact.VotingStarted started -> {
        initiated.increment();
        participants.record(started.xt().chains().size());
      }
      case PublisherFact.VoteCounted vote -> {
        ChainMeters chain = chains.getOrDefault(vote.chain(), otherChains);
        (vote.yes() ? chain.commitVotes() : chain.abortVotes()).increment();
        chain.latency().record(vote.latencyNanos(), TimeUnit.NANOSECONDS);
      }
      case PublisherFact.Finished(LogRecord.Decided decision, boolean timedOut) ->
          finished(decision, timedOut);
      case PublisherFact.Queued _,
          PublisherFact.VoteIgnored _,
          PublisherFact.IdentityMismatch _,
          PublisherFact.Refused _,
          PublisherFact.Repeated _,
          PublisherFact.ChainStoppedAnswering _,
          PublisherFact.ChainAnswersAgain _ -> {}
    }
  }

  private void finished(LogRecord.Decided decision, boolean timedOut) {
    boolean commit = decision.outcome() == XtOutcome.COMMITTED;
    (commit ? committed : aborted).increment();
    decision
        .announcedNanos()
        .ifPresent(announced ->
            (commit ? commitDuration : abortDuration)
                .record(decision.decidedNanos() - announced, TimeUnit.NANOSECONDS));
    if (timedOut) {
      timeouts.increment();
    }
  }

  @Override
  public void sent(PublisherMessage message, int recipients) {
    messagesSent.increment();
    if (message instanceof PublisherMessage.Decision decision && !decision.refused()) {
      (decision.commit() ? commitsBroadcast : abortsBroadcast).increment();
    }
  }

  void handled(String payload, long nanos) {
    messagesHandled.increment();
    Timer latency =
        switch (payload) {
          case "xt_request" -> xtRequestLatency;
          case "vote" -> voteLatency;
          default -> unroutedLatency;
        };
    latency.record(nanos, TimeUnit.NANOSECONDS);
  }

  void unrouted() {
    unrouted.increment();
  }

  private ChainMeters chainMeters(String label) {
    return new ChainMeters(
        counter(ConsensusMeters.VOTES_RECEIVED, label, COMMIT),
        counter(ConsensusMeters.VOTES_RECEIVED, label, ABORT),
        timer(ConsensusMeters.VOTE_LATENCY, ConsensusMeters.CONSENSUS_BUCKETS, label));
  }

  private Timer callback(String type) {
    return timer(ConsensusMeters.CALLBACK_LATENCY, ConsensusMeters.DURATION_BUCKETS, type);
  }

  private Counter counter(ConsensusMeters meter, String... tagValues) {
    return Counter.builder(meter.meterName())
        .description(meter.meaning())
        .tags(tags(meter, tagValues))
        .register(registry);
  }

  private Timer timer(ConsensusMeters meter, Duration[] buckets, String... tagValues) {
    return Timer.builder(meter.meterName())
        .description(meter.meaning())
        .tags(tags(meter, tagValues))
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private void gauge(ConsensusMeters meter, Supplier<Number> value) {
    // Strong: a gauge holds its object weakly otherwise and shows NaN once that is gone.
    Gauge.builder(meter.meterName(), value)
        .description(meter.meaning())
        .strongReference(true)
        .register(registry);
  }

  private static String[] tags(ConsensusMeters meter, String... values) {
    String[] pairs = new String[values.length * 2];
    for (int i = 0; i < values.length; i++) {
      pairs[2 * i] = meter.tags().get(i);
      pairs[2 * i + 1] = values[i];
    }
    return pairs;
  }
}
