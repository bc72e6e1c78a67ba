package io.rollcall.sequencer.handler;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.InputSink;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.sequencer.event.XtAnnounced;
import io.rollcall.service.coordination.TraceContexts;

/**
 * Checks an announced request and hands it over; hashing and parsing happen here, so that the
 * coordinator has none of it. One that is no XT gets no vote: its id would be disputed.
 */
public final class XtAnnouncedHandler implements EventHandler<XtAnnounced> {

  private final InputSink inputs;
  private final InboundObserver observer;
  private final TraceContexts contexts;

  /** Hands over there. */
  public XtAnnouncedHandler(InputSink inputs, InboundObserver observer, TraceContexts contexts) {
    this.inputs = inputs;
    this.observer = observer;
    this.contexts = contexts;
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
    contexts.arrived(xt.id(), event.traceContext());
    inputs.submit(new SequencerInput.StartReceived(xt));
  }
}
