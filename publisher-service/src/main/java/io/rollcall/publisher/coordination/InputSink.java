package io.rollcall.publisher.coordination;

import io.rollcall.scp.PublisherInput;
import io.rollcall.service.coordination.CoordinatorStoppedException;

/** Where inputs of the machine go. Safe for any thread. */
@FunctionalInterface
public interface InputSink {

  /**
   * Hands over an input, waiting for room; what came from a connection waits on virtual threads
   * alone, which are those of handlers.
   *
   * @throws CoordinatorStoppedException when nothing is taken any more
   */
  void submit(PublisherInput input);
}
