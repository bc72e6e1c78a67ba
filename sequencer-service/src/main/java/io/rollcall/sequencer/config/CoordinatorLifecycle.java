package io.rollcall.sequencer.config;

import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.transport.lifecycle.TransportServerLifecycle;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs the coordinator while the application context runs: up before the first message can come and
 * before HTTP, down after both.
 */
final class CoordinatorLifecycle implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(CoordinatorLifecycle.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  /** The web server is 2048 before the transport, its graceful end 1024. */
  private static final int BEFORE_HTTP = 4_096;

  private final SequencerCoordinator coordinator;

  CoordinatorLifecycle(SequencerCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  public void start() {
    coordinator.start();
  }

  @Override
  public void stop() {
    try {
      if (!coordinator.stop(STOP_LIMIT)) {
        log.warn("The coordinator did not stop within {}s", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return coordinator.isRunning();
  }

  /** A coordinator does not start again: what it remembers would be out of date. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return TransportServerLifecycle.PHASE - BEFORE_HTTP;
  }
}
