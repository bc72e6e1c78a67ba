package io.rollcall.sequencer.handler;

import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Decided;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.event.DecisionAnnounced;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.InboundObserver;

/** Reads a decision and hands it over. */
public final class DecisionAnnouncedHandler implements EventHandler<DecisionAnnounced> {

  private final SequencerCoordinator coordinator;
  private final InboundObserver observer;

  /** Hands over to this coordinator. */
  public DecisionAnnouncedHandler(SequencerCoordinator coordinator, InboundObserver observer) {
    this.coordinator = coordinator;
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
    coordinator.submit(
        new SequencerInput.DecisionReceived(
            id, decided.getDecision(), decided.getReason(), decided.getRefused()));
  }
}
