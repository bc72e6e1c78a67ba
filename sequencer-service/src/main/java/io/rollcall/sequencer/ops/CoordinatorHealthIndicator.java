package io.rollcall.sequencer.ops;

import io.rollcall.proto.XtId;
import io.rollcall.sequencer.coordination.Journal;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.coordination.XtProjection;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the coordinator makes progress, or waits for its database, which a new process would do
 * too: part of liveness. Names the XTs in doubt, which are for an operator to end and no reason to
 * restart anything.
 */
public final class CoordinatorHealthIndicator extends AbstractHealthIndicator {

  private static final Duration STUCK_AFTER = Duration.ofSeconds(30);
  private static final int MAX_NAMED = 20;

  private final SequencerCoordinator coordinator;
  private final XtProjection projection;
  private final Journal journal;

  /** Watches this coordinator and what it waits for. */
  public CoordinatorHealthIndicator(
      SequencerCoordinator coordinator, XtProjection projection, Journal journal) {
    super("The coordinator could not be asked");
    this.coordinator = coordinator;
    this.projection = projection;
    this.journal = journal;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Duration busy = coordinator.busyFor();
    boolean stuck = busy.compareTo(STUCK_AFTER) >= 0 && journal.isWritable();
    boolean progress = coordinator.isRunning() && !stuck;
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
