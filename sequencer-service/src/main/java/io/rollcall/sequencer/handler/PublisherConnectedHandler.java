package io.rollcall.sequencer.handler;

import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.InputSink;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.PublisherConnected;

/** Lets the machine repeat its votes and submissions on a new connection. */
public final class PublisherConnectedHandler implements EventHandler<PublisherConnected> {

  private final InputSink inputs;

  /** Hands over there. */
  public PublisherConnectedHandler(InputSink inputs) {
    this.inputs = inputs;
  }

  @Override
  public void handle(PublisherConnected event) {
    inputs.submit(new SequencerInput.Connected());
  }
}
