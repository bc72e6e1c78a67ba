package io.rollcall.publisher.handler;

import io.rollcall.publisher.coordination.InputSink;
import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.SequencerLost;
import io.rollcall.scp.PublisherInput;

/** Tells the machine that a connection ended. */
public final class SequencerLostHandler implements EventHandler<SequencerLost> {

  private final InputSink inputs;

  /** Hands over there. */
  public SequencerLostHandler(InputSink inputs) {
    this.inputs = inputs;
  }

  @Override
  public void handle(SequencerLost event) {
    inputs.submit(new PublisherInput.Closed(event.connectionId()));
  }
}
