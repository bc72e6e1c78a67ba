package io.rollcall.sequencer.coordination;

import io.rollcall.scp.SequencerInput;
import io.rollcall.service.coordination.CoordinatorStoppedException;

/** Where inputs of the machine go. Safe for any thread. */
@FunctionalInterface
public interface InputSink {

  /**
   * Hands over an input, waiting for room.
   *
   * @throws CoordinatorStoppedException when nothing is taken any more
   */
  void submit(SequencerInput input);
}
