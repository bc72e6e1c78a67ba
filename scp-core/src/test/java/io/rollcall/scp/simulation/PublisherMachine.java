package io.rollcall.scp.simulation;

import io.rollcall.proto.XtId;
import io.rollcall.scp.PublisherEffect;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.ScpPublisher;
import java.util.List;
import java.util.OptionalLong;

/** The publisher's machine as a run drives it, so that a broken one can take its place. */
interface PublisherMachine {

  List<PublisherEffect> step(PublisherInput input, long nowNanos);

  OptionalLong nextDeadlineNanos();

  boolean knows(XtId id);

  /** How many XTs it has not decided. */
  int undecided();

  /** The real one. */
  static PublisherMachine real(PublisherRules rules) {
    ScpPublisher machine = new ScpPublisher(rules);
    return new PublisherMachine() {
      @Override
      public List<PublisherEffect> step(PublisherInput input, long nowNanos) {
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
        return machine.openCount() + machine.queued();
      }
    };
  }
}
