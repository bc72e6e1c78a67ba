package io.rollcall.sequencer.handler;

import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.InputSink;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.PublisherLost;

/** Tells the machine that nobody listens. */
public final class PublisherLostHandler implements EventHandler<PublisherLost> {

  private final InputSink inputs;

  /** Hands over there. */
  public PublisherLostHandler(InputSink inputs) {
    this.inputs = inputs;
  }

  @Override
  public void handle(PublisherLost event) {
    inputs.submit(new SequencerInput.Disconnected());
  }
}
