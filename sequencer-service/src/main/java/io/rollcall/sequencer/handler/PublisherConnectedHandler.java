package io.rollcall.sequencer.handler;

import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.PublisherConnected;

/** Lets the machine repeat its votes and submissions on a new connection. */
public final class PublisherConnectedHandler implements EventHandler<PublisherConnected> {

  private final SequencerCoordinator coordinator;

  /** Hands over to this coordinator. */
  public PublisherConnectedHandler(SequencerCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  public void handle(PublisherConnected event) {
    coordinator.submit(new SequencerInput.Connected());
  }
}
