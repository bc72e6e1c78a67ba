package io.rollcall.transport.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Message.PayloadCase;
import io.rollcall.transport.CloseReason;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/**
 * Keeps the meters of {@link TransportMeters} in a Micrometer registry. All of them are registered
 * when it is made, so every family shows from the first scrape and a message costs an array access
 * rather than a lookup.
 *
 * <p>Several may share a registry: they then move the same counters, but only the first one's
 * gauges are read; an application makes one and gives it to its server and its clients.
 */
public final class MicrometerTransportMetrics implements TransportMetrics {

  private static final Duration MOST_SKEW = Duration.ofDays(1);

  private final MeterRegistry registry;
  private final List<TransportLoad> loads = new CopyOnWriteArrayList<>();
  private final Set<String> signatureProviders = ConcurrentHashMap.newKeySet();

  private final Counter added;
  private final Counter replaced;
  private final Counter removed;
  private final Counter connected;
  private final Counter disconnected;
  private final Timer connectionDuration;
  private final Counter[] messagesIn;
  private final Counter[] messagesOut;
  private final DistributionSummary[] sizesIn;
  private final DistributionSummary[] sizesOut;
  private final Counter compressedInBefore;
  private final Counter compressedInAfter;
  private final Counter compressedOutBefore;
  private final Counter compressedOutAfter;
  private final Timer[] processing;
  private final Counter broadcasts;
  private final DistributionSummary broadcastRecipients;
  private final Timer broadcastDuration;
  private final Timer skewAhead;
  private final Timer skewBehind;
  private final Map<CloseReason, Map<Operation, Counter>> errors = new EnumMap<>(CloseReason.class);

  /** Registers every meter. */
  public MicrometerTransportMetrics(MeterRegistry registry) {
    this.registry = registry;
    added = counter(TransportMeters.CONNECTIONS, "added");
    replaced = counter(TransportMeters.CONNECTIONS, "replaced");
    removed = counter(TransportMeters.CONNECTIONS, "removed");
    connected = counter(TransportMeters.CONNECTIONS, "connected");
    disconnected = counter(TransportMeters.CONNECTIONS, "disconnected");
    connectionDuration =
        timer(TransportMeters.CONNECTION_DURATION, TransportMeters.CONNECTION_BUCKETS);
    messagesIn = byType(Counter[]::new, type -> counter(TransportMeters.MESSAGES, type, "in"));
    messagesOut = byType(Counter[]::new, type -> counter(TransportMeters.MESSAGES, type, "out"));
    sizesIn = byType(DistributionSummary[]::new, type -> size(type, "in"));
    sizesOut = byType(DistributionSummary[]::new, type -> size(type, "out"));
    compressedInBefore = counter(TransportMeters.COMPRESSED, "in", "before");
    compressedInAfter = counter(TransportMeters.COMPRESSED, "in", "after");
    compressedOutBefore = counter(TransportMeters.COMPRESSED, "out", "before");
    compressedOutAfter = counter(TransportMeters.COMPRESSED, "out", "after");
    processing =
        byType(
            Timer[]::new,
            type ->
                timer(
                    TransportMeters.MESSAGE_PROCESSING_DURATION,
                    TransportMeters.DURATION_BUCKETS,
                    type));
    broadcasts = counter(TransportMeters.BROADCASTS);
    broadcastRecipients =
        summary(TransportMeters.BROADCAST_RECIPIENTS, TransportMeters.COUNT_BUCKETS);
    broadcastDuration = timer(TransportMeters.BROADCAST_DURATION, TransportMeters.DURATION_BUCKETS);
    skewAhead = timer(TransportMeters.HANDSHAKE_CLOCK_SKEW, TransportMeters.SKEW_BUCKETS, "ahead");
    skewBehind =
        timer(TransportMeters.HANDSHAKE_CLOCK_SKEW, TransportMeters.SKEW_BUCKETS, "behind");
    for (CloseReason reason : CloseReason.values()) {
      Map<Operation, Counter> byOperation = new EnumMap<>(Operation.class);
      for (Operation operation : Operation.values()) {
        byOperation.put(operation, counter(TransportMeters.ERRORS, word(reason), word(operation)));
      }
      errors.put(reason, byOperation);
    }
    gauge(TransportMeters.CONNECTIONS_ACTIVE, sum(TransportLoad::activeConnections));
    gauge(TransportMeters.WORKER_POOL_QUEUE_SIZE, sum(TransportLoad::queuedMessages));
    gauge(
        TransportMeters.BUFFER_UTILIZATION,
        fullest(TransportLoad::inboundBufferUtilization),
        "inbound");
    gauge(
        TransportMeters.BUFFER_UTILIZATION,
        fullest(TransportLoad::outboundBufferUtilization),
        "outbound");
  }

  @Override
  public void connectionAdded() {
    added.increment();
  }

  @Override
  public void connectionReplaced() {
    replaced.increment();
  }

  @Override
  public void connectionRemoved(Duration lived) {
    removed.increment();
    connectionDuration.record(lived);
  }

  @Override
  public void connected() {
    connected.increment();
  }

  @Override
  public void disconnected(Duration lived) {
    disconnected.increment();
    connectionDuration.record(lived);
  }

  @Override
  public void messageReceived(PayloadCase type, int bytes) {
    messagesIn[type.getNumber()].increment();
    sizesIn[type.getNumber()].record(bytes);
  }

  @Override
  public void messageSent(PayloadCase type, int bytes) {
    messagesOut[type.getNumber()].increment();
    sizesOut[type.getNumber()].record(bytes);
  }

  @Override
  public void compressedReceived(int messageBytes, int bytes) {
    compressedInBefore.increment(messageBytes);
    compressedInAfter.increment(bytes);
  }

  @Override
  public void compressedSent(int messageBytes, int bytes) {
    compressedOutBefore.increment(messageBytes);
    compressedOutAfter.increment(bytes);
  }

  @Override
  public void messageProcessed(PayloadCase type, long nanos) {
    processing[type.getNumber()].record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void broadcast(int recipients, Duration took) {
    broadcasts.increment();
    broadcastRecipients.record(recipients);
    broadcastDuration.record(took);
  }

  @Override
  public void helloClockSkew(Duration ahead) {
    Duration distance = ahead.abs();
    (ahead.isNegative() ? skewBehind : skewAhead)
        .record(distance.compareTo(MOST_SKEW) < 0 ? distance : MOST_SKEW);
  }

  @Override
  public void error(CloseReason type, Operation operation) {
    requireNonNull(requireNonNull(errors.get(type)).get(operation)).increment();
  }

  @Override
  public Registration watch(TransportLoad load) {
    loads.add(load);
    return () -> loads.remove(load);
  }

  @Override
  public void signatureProvider(String name) {
    if (signatureProviders.add(name)) {
      gauge(TransportMeters.SIGNATURE_PROVIDER, ignored -> 1, name);
    }
  }

  private Counter counter(TransportMeters meter, String... tagValues) {
    return Counter.builder(meter.meterName())
        .description(meter.meaning())
        .baseUnit(meter.unit().isEmpty() ? null : meter.unit())
        .tags(tags(meter, tagValues))
        .register(registry);
  }

  private Timer timer(TransportMeters meter, Duration[] buckets, String... tagValues) {
    return Timer.builder(meter.meterName())
        .description(meter.meaning())
        .tags(tags(meter, tagValues))
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private DistributionSummary size(String type, String direction) {
    return summary(TransportMeters.MESSAGE_SIZE, TransportMeters.SIZE_BUCKETS, type, direction);
  }

  private DistributionSummary summary(
      TransportMeters meter, double[] buckets, String... tagValues) {
    return DistributionSummary.builder(meter.meterName())
        .description(meter.meaning())
        .baseUnit(meter.unit().isEmpty() ? null : meter.unit())
        .tags(tags(meter, tagValues))
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private void gauge(
      TransportMeters meter, ToDoubleFunction<List<TransportLoad>> value, String... tagValues) {
    // Strong: a gauge holds its object weakly otherwise and shows NaN once that is gone.
    Gauge.builder(meter.meterName(), () -> value.applyAsDouble(loads))
        .description(meter.meaning())
        .tags(tags(meter, tagValues))
        .strongReference(true)
        .register(registry);
  }

  private static ToDoubleFunction<List<TransportLoad>> sum(ToDoubleFunction<TransportLoad> part) {
    return loads -> loads.stream().mapToDouble(part).sum();
  }

  private static ToDoubleFunction<List<TransportLoad>> fullest(
      ToDoubleFunction<TransportLoad> part) {
    return loads -> loads.stream().mapToDouble(part).max().orElse(0);
  }

  /** One meter per payload, at the index of its field number; 0 is a message without payload. */
  private static <T> T[] byType(IntFunction<T[]> array, Function<String, T> meterOfType) {
    int highest =
        Arrays.stream(PayloadCase.values()).mapToInt(PayloadCase::getNumber).max().orElseThrow();
    T[] meters = array.apply(highest + 1);
    for (PayloadCase type : PayloadCase.values()) {
      meters[type.getNumber()] = meterOfType.apply(typeName(type));
    }
    return meters;
  }

  /** The payload's name in the schema; {@code none} for a message without one. */
  private static String typeName(PayloadCase type) {
    return type == PayloadCase.PAYLOAD_NOT_SET
        ? "none"
        : Message.getDescriptor().findFieldByNumber(type.getNumber()).getName();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String[] tags(TransportMeters meter, String... values) {
    String[] pairs = new String[values.length * 2];
    for (int i = 0; i < values.length; i++) {
      pairs[2 * i] = meter.tags().get(i);
      pairs[2 * i + 1] = values[i];
    }
    return pairs;
  }
}
