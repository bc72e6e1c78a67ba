package io.rollcall.scp.simulation;

import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.SequencerRules;
import java.util.function.Function;

/** Which machines a run is made of. */
record Machines(
    Function<PublisherRules, PublisherMachine> publisher,
    Function<SequencerRules, SequencerMachine> sequencer) {

  static final Machines REAL = new Machines(PublisherMachine::real, SequencerMachine::real);

  Machines withPublisher(Function<PublisherRules, PublisherMachine> broken) {
    return new Machines(broken, sequencer);
  }

  Machines withSequencer(Function<SequencerRules, SequencerMachine> broken) {
    return new Machines(publisher, broken);
  }
}
