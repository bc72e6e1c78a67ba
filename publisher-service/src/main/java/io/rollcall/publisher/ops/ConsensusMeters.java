package io.rollcall.publisher.ops;

import java.time.Duration;
import java.util.List;

/**
 * Every meter of the two-phase commit: name, tags and meaning. The names are those Micrometer uses;
 * Prometheus shows {@link #prometheusName()}, which is what the SDK's dashboards ask for. All tag
 * values come from fixed sets or from configuration, none from a peer.
 */
public enum ConsensusMeters {
  /** Counter. */
  TRANSACTIONS(
      "publisher.consensus.transactions",
      "publisher_consensus_transactions_total",
      "XTs: announced, committed, and aborted or expired",
      "state"),
  /** Gauge. */
  ACTIVE_TRANSACTIONS(
      "publisher.consensus.active.transactions",
      "publisher_consensus_active_transactions",
      "XTs that are started and undecided"),
  /** Timer, {@link #CONSENSUS_BUCKETS}. */
  DURATION(
      "publisher.consensus.duration",
      "publisher_consensus_duration_seconds",
      "From the announcement of an XT to its decision",
      "state"),
  /** Counter. */
  VOTES_RECEIVED(
      "publisher.consensus.votes.received",
      "publisher_consensus_votes_received_total",
      "Votes that counted",
      "chain_id",
      "vote"),
  /** Timer, {@link #CONSENSUS_BUCKETS}. */
  VOTE_LATENCY(
      "publisher.consensus.vote.latency",
      "publisher_consensus_vote_latency_seconds",
      "From the announcement of an XT to a chain's vote",
      "chain_id"),
  /** Counter. */
  TIMEOUTS(
      "publisher.consensus.timeouts",
      "publisher_consensus_timeouts_total",
      "XTs aborted because votes were missing"),
  /** Summary, {@link #COUNT_BUCKETS}. */
  PARTICIPANTS(
      "publisher.consensus.participants.per.transaction",
      "publisher_consensus_participants_per_transaction",
      "Chains in an announced XT"),
  /** Counter. */
  DECISIONS_BROADCAST(
      "publisher.consensus.decisions.broadcast",
      "publisher_consensus_decisions_broadcast_total",
      "Decisions handed to the transport, answers to repeats included, refusals not",
      "decision"),
  /** Counter; moved where votes are sent, which is at sequencers. */
  VOTE_BROADCAST(
      "publisher.consensus.vote.broadcast",
      "publisher_consensus_vote_broadcast_total",
      "Votes sent; always 0 at a publisher",
      "vote"),
  /** Gauge. */
  STATE_MANAGER_SIZE(
      "publisher.consensus.state.manager.size",
      "publisher_consensus_state_manager_size",
      "XTs that are known: waiting, started, and decided ones that are remembered"),
  /** Timer, {@link #DURATION_BUCKETS}. */
  CALLBACK_LATENCY(
      "publisher.consensus.callback.latency",
      "publisher_consensus_callback_latency_seconds",
      "How long the handler of a message took, waiting for the coordinator included",
      "type"),
  /** Counter. */
  CIRC_MESSAGES(
      "publisher.consensus.circ.messages",
      "publisher_consensus_circ_messages_total",
      "Messages that are carried and not acted on: mailbox, slot protocol, blocks",
      "operation");

  /** Upper bounds for what takes as long as people wait. */
  static final Duration[] CONSENSUS_BUCKETS =
      millis(100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 180_000);

  /** Upper bounds for what takes milliseconds. */
  static final Duration[] DURATION_BUCKETS =
      millis(1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000);

  /** Upper bounds for chains. */
  static final double[] COUNT_BUCKETS = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};

  private final String meterName;
  private final String prometheusName;
  private final String meaning;

  @SuppressWarnings("ImmutableEnumChecker") // always a List.of
  private final List<String> tags;

  ConsensusMeters(String meterName, String prometheusName, String meaning, String... tags) {
    this.meterName = meterName;
    this.prometheusName = prometheusName;
    this.meaning = meaning;
    this.tags = List.of(tags);
  }

  /** Micrometer's name. */
  public String meterName() {
    return meterName;
  }

  /** The family's name in Prometheus text. */
  public String prometheusName() {
    return prometheusName;
  }

  /** For people. */
  public String meaning() {
    return meaning;
  }

  /** Keys of its tags. */
  public List<String> tags() {
    return tags;
  }

  private static Duration[] millis(long... values) {
    Duration[] durations = new Duration[values.length];
    for (int i = 0; i < values.length; i++) {
      durations[i] = Duration.ofMillis(values[i]);
    }
    return durations;
  }
}
