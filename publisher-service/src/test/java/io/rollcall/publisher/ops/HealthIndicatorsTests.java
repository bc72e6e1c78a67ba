package io.rollcall.publisher.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.publisher.coordination.SequencerGateway;
import io.rollcall.publisher.coordination.XtArchive;
import io.rollcall.publisher.storage.MemoryDecisionLog;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.ScpPublisher;
import io.rollcall.service.testing.ManualNanoClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class HealthIndicatorsTests {

  @Test
  void theCoordinatorIsUpWhileItRuns() throws Exception {
    PublisherCoordinator coordinator =
        new PublisherCoordinator(
            new ScpPublisher(PublisherRules.defaults()),
            new MemoryDecisionLog(),
            XtArchive.NONE,
            new NoGateway(),
            List.of(),
            new ManualNanoClock(),
            _ -> {});
    CoordinatorHealthIndicator indicator =
        new CoordinatorHealthIndicator(coordinator, new MemoryDecisionLog());
    assertThat(status(indicator.health())).isEqualTo(Status.DOWN);

    coordinator.start();
    assertThat(status(indicator.health())).isEqualTo(Status.UP);

    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();
    assertThat(status(indicator.health())).isEqualTo(Status.DOWN);
  }

  @Test
  void storageInMemoryIsWritableAndSaysThatItIsNotDurable() {
    Health health = new StorageHealthIndicator(new MemoryDecisionLog()).health();

    assertThat(status(health)).isEqualTo(Status.UP);
    assertThat(health.getDetails())
        .containsEntry("storage", "memory")
        .containsEntry("durable", false);
  }

  private static Status status(Health health) {
    return health.getStatus();
  }

  private static final class NoGateway implements SequencerGateway {

    @Override
    public void send(List<String> connectionIds, PublisherMessage message) {}

    @Override
    public void resend(String connectionId, List<PublisherMessage> messages) {}

    @Override
    public void flush() {}
  }
}
