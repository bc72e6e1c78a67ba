package io.rollcall.sequencer.handler;

import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Decided;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.InputSink;
import io.rollcall.sequencer.event.DecisionAnnounced;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.InboundObserver;

/** Reads a decision and hands it over. */
public final class DecisionAnnouncedHandler implements EventHandler<DecisionAnnounced> {

  private final InputSink inputs;
  private final InboundObserver observer;

  /** Hands over there. */
  public DecisionAnnouncedHandler(InputSink inputs, InboundObserver observer) {
    this.inputs = inputs;
    this.observer = observer;
  }

  @Override
  public void handle(DecisionAnnounced event) {
    Decided decided = event.decided();
    XtId id;
    try {
      id = XtId.of(decided.getXtId());
    } catch (IllegalArgumentException malformed) {
      observer.malformed(event.connectionId(), "decided", String.valueOf(malformed.getMessage()));
      return;
    }
    inputs.submit(
        new SequencerInput.DecisionReceived(
            id, decided.getDecision(), decided.getReason(), decided.getRefused()));
  }
}
