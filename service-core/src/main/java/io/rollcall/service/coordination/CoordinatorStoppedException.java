package io.rollcall.service.coordination;

/** The coordinator takes nothing any more: it was stopped, or it failed. */
public final class CoordinatorStoppedException extends IllegalStateException {

  /** Nothing is taken any more. */
  public CoordinatorStoppedException() {
    super("the coordinator is not running");
  }
}
