package io.rollcall.transport.metrics;

import java.time.Duration;
import java.util.List;

/**
 * Every meter of the transport: name, unit, tags and meaning. The names are those Micrometer uses;
 * Prometheus shows {@link #prometheusName()}. All tag values come from fixed sets, none from a
 * peer.
 */
public enum TransportMeters {
  /** Counter. */
  CONNECTIONS(
      "publisher.transport.connections",
      "publisher_transport_connections_total",
      "",
      "Connections: added, replaced and removed by a server, connected and disconnected by a client",
      "state"),
  /** Gauge. */
  CONNECTIONS_ACTIVE(
      "publisher.transport.connections.active",
      "publisher_transport_connections_active",
      "",
      "Connections that are admitted now"),
  /** Timer, {@link #CONNECTION_BUCKETS}. */
  CONNECTION_DURATION(
      "publisher.transport.connection.duration",
      "publisher_transport_connection_duration_seconds",
      "seconds",
      "How long connections lived that ended"),
  /** Counter. */
  MESSAGES(
      "publisher.transport.messages",
      "publisher_transport_messages_total",
      "",
      "Messages by payload, in and out, ping, pong, disconnect and handshake included",
      "type",
      "direction"),
  /** Summary, {@link #SIZE_BUCKETS}. */
  MESSAGE_SIZE(
      "publisher.transport.message.size",
      "publisher_transport_message_size_bytes",
      "bytes",
      "Size of messages without their length prefix",
      "type",
      "direction"),
  /** Counter. */
  COMPRESSED(
      "publisher.transport.compressed",
      "publisher_transport_compressed_bytes_total",
      "bytes",
      "Bytes of messages that went compressed: before is the messages, after what was sent for them",
      "direction",
      "size"),
  /** Timer, {@link #DURATION_BUCKETS}. */
  MESSAGE_PROCESSING_DURATION(
      "publisher.transport.message.processing.duration",
      "publisher_transport_message_processing_duration_seconds",
      "seconds",
      "How long handlers took for a message",
      "type"),
  /** Counter. */
  BROADCASTS(
      "publisher.transport.broadcasts",
      "publisher_transport_broadcasts_total",
      "",
      "Broadcasts, also those nobody was there for"),
  /** Summary, {@link #COUNT_BUCKETS}. */
  BROADCAST_RECIPIENTS(
      "publisher.transport.broadcast.recipients",
      "publisher_transport_broadcast_recipients",
      "",
      "How many sockets took a broadcast"),
  /** Timer, {@link #DURATION_BUCKETS}. */
  BROADCAST_DURATION(
      "publisher.transport.broadcast.duration",
      "publisher_transport_broadcast_duration_seconds",
      "seconds",
      "From a broadcast's call until the last socket took it"),
  /** Gauge. */
  BUFFER_UTILIZATION(
      "publisher.transport.buffer.utilization.ratio",
      "publisher_transport_buffer_utilization_ratio",
      "",
      "How full the inbound and the outbound buffer are, 0 to 1",
      "type"),
  /** Gauge. */
  WORKER_POOL_QUEUE_SIZE(
      "publisher.transport.worker.pool.queue.size",
      "publisher_transport_worker_pool_queue_size",
      "",
      "Messages that wait for a handler"),
  /** Counter. */
  ERRORS(
      "publisher.transport.errors",
      "publisher_transport_errors_total",
      "",
      "What went wrong, by close reason, and what was being done",
      "type",
      "operation"),
  /** Timer, {@link #SKEW_BUCKETS}; what is more than a day counts as a day. */
  HANDSHAKE_CLOCK_SKEW(
      "publisher.transport.handshake.clock.skew",
      "publisher_transport_handshake_clock_skew_seconds",
      "seconds",
      "How far the clocks of holders of trusted keys are from this one, by their hellos",
      "clock"),
  /** Gauge, always 1. */
  SIGNATURE_PROVIDER(
      "publisher.transport.signature.provider",
      "publisher_transport_signature_provider",
      "",
      "Which secp256k1 implementation verifies",
      "provider");

  /** Upper bounds for what takes milliseconds to seconds. */
  static final Duration[] DURATION_BUCKETS =
      millis(1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000);

  /** Upper bounds for how long connections live. */
  static final Duration[] CONNECTION_BUCKETS =
      millis(1000, 5000, 15_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000);

  /** Upper bounds for how far clocks are apart. */
  static final Duration[] SKEW_BUCKETS =
      millis(10, 100, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 300_000, 3_600_000);

  /** Upper bounds for bytes. */
  static final double[] SIZE_BUCKETS = {
    1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864, 268435456
  };

  /** Upper bounds for recipients. */
  static final double[] COUNT_BUCKETS = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};

  private final String meterName;
  private final String prometheusName;
  private final String unit;
  private final String meaning;

  @SuppressWarnings("ImmutableEnumChecker") // always a List.of
  private final List<String> tags;

  TransportMeters(
      String meterName, String prometheusName, String unit, String meaning, String... tags) {
    this.meterName = meterName;
    this.prometheusName = prometheusName;
    this.unit = unit;
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

  /** Seconds, bytes, or empty for a plain number. */
  public String unit() {
    return unit;
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
