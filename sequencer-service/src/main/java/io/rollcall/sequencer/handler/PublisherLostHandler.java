package io.rollcall.sequencer.handler;

import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.PublisherLost;

/** Tells the machine that nobody listens. */
public final class PublisherLostHandler implements EventHandler<PublisherLost> {

  private final SequencerCoordinator coordinator;

  /** Hands over to this coordinator. */
  public PublisherLostHandler(SequencerCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  public void handle(PublisherLost event) {
    coordinator.submit(new SequencerInput.Disconnected());
  }
}
