package io.rollcall.sequencer.coordination;

import io.rollcall.scp.SequencerFact;
import java.util.List;

/**
 * Hears what happened, after it was made durable and before any peer hears of it, so that whoever
 * got an outcome finds it everywhere. Called on the coordinator thread, which waits: it must be
 * quick and must not block. What it throws is logged and changes nothing.
 */
@FunctionalInterface
public interface FactListener {

  /**
   * Takes the facts of one batch.
   *
   * @param facts at least one, in the order they came about
   */
  void observed(List<SequencerFact> facts);
}
