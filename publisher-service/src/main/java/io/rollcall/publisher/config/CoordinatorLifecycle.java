package io.rollcall.publisher.config;

import io.rollcall.publisher.coordination.PublisherCoordinator;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs the coordinator while the application runs: it is up before the first peer can connect and
 * goes down after the last has been told to leave.
 */
final class CoordinatorLifecycle implements SmartLifecycle {

  /** Before the web server and the transport at start, after both at stop. */
  private static final int PHASE = 0;

  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(CoordinatorLifecycle.class);

  private final PublisherCoordinator coordinator;

  CoordinatorLifecycle(PublisherCoordinator coordinator) {
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
        log.warn("The coordinator did not end its last batch within {}", STOP_LIMIT);
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
    return PHASE;
  }
}
