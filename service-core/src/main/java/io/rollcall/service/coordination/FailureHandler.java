package io.rollcall.service.coordination;

/**
 * Ends the process when the coordinator cannot go on: a record could not be made durable, or the
 * machine failed. Called once, on the coordinator thread, which ends afterwards; must not wait for
 * the coordinator.
 */
@FunctionalInterface
public interface FailureHandler {

  /**
   * Takes the cause, which is logged already.
   *
   * @param cause why the coordinator stopped
   */
  void coordinatorFailed(Throwable cause);
}
