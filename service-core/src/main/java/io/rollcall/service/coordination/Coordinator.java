package io.rollcall.service.coordination;

import java.io.IOException;
import java.time.Duration;

/** The owner of a state machine, as whoever starts and stops the service sees it. Any thread. */
public interface Coordinator {

  /**
   * Recovers what an earlier process left, and starts. Once only: one that was stopped does not
   * start again.
   *
   * @throws IOException when that cannot be read, or what follows from it cannot be written
   */
  void start() throws IOException;

  /**
   * Ends after the current batch; what waits is dropped.
   *
   * @return false when the batch took longer than told
   */
  boolean stop(Duration atMost) throws InterruptedException;

  /** Whether it takes inputs. */
  boolean isRunning();
}
