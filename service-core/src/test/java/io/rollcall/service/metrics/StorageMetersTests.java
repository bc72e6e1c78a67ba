package io.rollcall.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StorageMetersTests {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final StorageMeters meters = new StorageMeters(registry);

  @Test
  void countsSyncsAndWhatSharedThem() {
    long begun = System.nanoTime();
    meters.synced(3, begun);
    meters.synced(5, begun);

    assertThat(registry.get("rollcall.storage.syncs").counter().count()).isEqualTo(2);
    assertThat(registry.get("rollcall.storage.xts.per.sync").summary().totalAmount()).isEqualTo(8);
    assertThat(registry.get("rollcall.storage.sync.duration").timer().count()).isEqualTo(2);
  }

  @Test
  void showsRecoveryAndWhatIsOpen() {
    meters.watch(() -> Duration.ofMillis(1_500), () -> 7);
    meters.watchInDoubt(() -> 2);

    assertThat(
            registry.get("rollcall.storage.recovery.duration").timeGauge().value(TimeUnit.SECONDS))
        .isEqualTo(1.5);
    assertThat(registry.get("rollcall.xts.open").gauge().value()).isEqualTo(7);
    assertThat(registry.get("rollcall.xts.in.doubt").gauge().value()).isEqualTo(2);
  }
}
