package io.rollcall.sequencer.ops;

import io.rollcall.proto.XtId;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.coordination.XtProjection;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the coordinator makes progress: part of liveness. Names the XTs in doubt, which are for
 * an operator to end and no reason to restart anything.
 */
public final class CoordinatorHealthIndicator extends AbstractHealthIndicator {

  private static final Duration STUCK_AFTER = Duration.ofSeconds(30);
  private static final int MAX_NAMED = 20;

  private final SequencerCoordinator coordinator;
  private final XtProjection projection;

  /** Watches this coordinator. */
  public CoordinatorHealthIndicator(SequencerCoordinator coordinator, XtProjection projection) {
    super("The coordinator could not be asked");
    this.coordinator = coordinator;
    this.projection = projection;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Duration busy = coordinator.busyFor();
    boolean progress = coordinator.isRunning() && busy.compareTo(STUCK_AFTER) < 0;
    List<XtId> inDoubt = projection.inDoubt();
    builder
        .status(progress ? "UP" : "DOWN")
        .withDetail("running", coordinator.isRunning())
        .withDetail("openXts", projection.open())
        .withDetail("waitingInputs", coordinator.waiting())
        .withDetail("inDoubtCount", inDoubt.size())
        .withDetail("inDoubt", inDoubt.stream().limit(MAX_NAMED).map(XtId::hex).toList());
    if (!progress) {
      builder.withDetail("busyFor", busy);
    }
  }
}
