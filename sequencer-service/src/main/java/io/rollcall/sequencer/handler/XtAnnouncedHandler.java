package io.rollcall.sequencer.handler;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.sequencer.event.XtAnnounced;

/**
 * Checks an announced request and hands it over; hashing and parsing happen here, so that the
 * coordinator has none of it. One that is no XT gets no vote: its id would be disputed.
 */
public final class XtAnnouncedHandler implements EventHandler<XtAnnounced> {

  private final SequencerCoordinator coordinator;
  private final InboundObserver observer;

  /** Hands over to this coordinator. */
  public XtAnnouncedHandler(SequencerCoordinator coordinator, InboundObserver observer) {
    this.coordinator = coordinator;
    this.observer = observer;
  }

  @Override
  public void handle(XtAnnounced event) {
    CrossChainTransaction xt;
    try {
      xt = CrossChainTransaction.parse(event.encodedRequest());
    } catch (InvalidXtException invalid) {
      observer.malformed(event.connectionId(), "xt_request", String.valueOf(invalid.getMessage()));
      return;
    }
    coordinator.submit(new SequencerInput.StartReceived(xt));
  }
}
