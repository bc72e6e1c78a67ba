package io.rollcall.scp.simulation;

import io.rollcall.proto.XtId;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerEffect;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRules;
import java.util.List;
import java.util.OptionalLong;

/** A sequencer's machine as a run drives it, so that a broken one can take its place. */
interface SequencerMachine {

  List<SequencerEffect> step(SequencerInput input, long nowNanos);

  OptionalLong nextDeadlineNanos();

  boolean knows(XtId id);

  /** How many XTs and own submissions have no outcome. */
  int undecided();

  /** The real one. */
  static SequencerMachine real(SequencerRules rules) {
    ScpSequencer machine = new ScpSequencer(rules);
    return new SequencerMachine() {
      @Override
      public List<SequencerEffect> step(SequencerInput input, long nowNanos) {
        return machine.step(input, nowNanos);
      }

      @Override
      public OptionalLong nextDeadlineNanos() {
        return machine.nextDeadlineNanos();
      }

      @Override
      public boolean knows(XtId id) {
        return machine.knows(id);
      }

      @Override
      public int undecided() {
        return machine.openCount() + machine.submissionCount() + machine.inDoubt().size();
      }
    };
  }
}
