package io.rollcall.service.lifecycle;

import io.rollcall.service.coordination.Coordinator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs a coordinator while the application runs: it has recovered and is up before the first peer
 * can connect, and goes down after the last has been told to leave.
 */
public final class CoordinatorLifecycle implements SmartLifecycle {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(CoordinatorLifecycle.class);

  private final Coordinator coordinator;
  private final int phase;

  /**
   * Not started yet.
   *
   * @param phase before the web server and the transport at start, after both at stop
   */
  public CoordinatorLifecycle(Coordinator coordinator, int phase) {
    this.coordinator = coordinator;
    this.phase = phase;
  }

  @Override
  public void start() {
    try {
      coordinator.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void stop() {
    try {
      if (!coordinator.stop(STOP_LIMIT)) {
        log.warn("The coordinator did not end its last batch within {}s", STOP_LIMIT.toSeconds());
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
    return phase;
  }
}
