package io.rollcall.service.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What both services count of their durable state: {@code rollcall_storage_syncs_total}, {@code
 * rollcall_storage_sync_duration_seconds}, {@code rollcall_storage_xts_per_sync}, {@code
 * rollcall_storage_recovery_duration_seconds}, {@code rollcall_xts_open} and, at a sequencer,
 * {@code rollcall_xts_in_doubt}. Safe for any thread.
 */
public final class StorageMeters {

  private static final Duration[] SYNC_BUCKETS = {
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private static final double[] COUNT_BUCKETS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024};

  private final MeterRegistry registry;
  private final Counter syncs;
  private final Timer durations;
  private final DistributionSummary xts;

  /** Registers the meters of syncs. */
  public StorageMeters(MeterRegistry registry) {
    this.registry = registry;
    this.syncs =
        Counter.builder("rollcall.storage.syncs")
            .description("Rows made durable, each with one sync")
            .register(registry);
    this.durations =
        Timer.builder("rollcall.storage.sync.duration")
            .description("How long it took to make a row durable")
            .serviceLevelObjectives(SYNC_BUCKETS)
            .register(registry);
    this.xts =
        DistributionSummary.builder("rollcall.storage.xts.per.sync")
            .description("XTs that shared one sync")
            .serviceLevelObjectives(COUNT_BUCKETS)
            .register(registry);
  }

  /** Shows how long the recovery at the start took, and how many XTs are open. */
  public void watch(Supplier<Duration> recovery, Supplier<Number> open) {
    TimeGauge.builder(
            "rollcall.storage.recovery.duration",
            () -> recovery.get().toNanos(),
            TimeUnit.NANOSECONDS)
        .description("How long the last start took to recover what earlier processes left")
        .strongReference(true)
        .register(registry);
    gauge("rollcall.xts.open", "XTs that are started and undecided", open);
  }

  /** Shows how many XTs are in doubt. */
  public void watchInDoubt(Supplier<Number> inDoubt) {
    gauge(
        "rollcall.xts.in.doubt",
        "XTs this chain voted yes on whose decision is overdue: they hold their accounts",
        inDoubt);
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).strongReference(true).register(registry);
  }

  /**
   * A row became durable.
   *
   * @param count how many XTs it speaks of
   * @param begunNanos when its writing began, of {@link System#nanoTime}
   */
  public void synced(int count, long begunNanos) {
    syncs.increment();
    durations.record(System.nanoTime() - begunNanos, TimeUnit.NANOSECONDS);
    xts.record(count);
  }
}
