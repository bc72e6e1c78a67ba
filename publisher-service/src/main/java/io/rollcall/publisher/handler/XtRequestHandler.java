package io.rollcall.publisher.handler;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.publisher.coordination.InputSink;
import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.publisher.event.XtRequestReceived;
import io.rollcall.scp.PublisherInput;
import io.rollcall.service.coordination.TraceContexts;

/**
 * Checks a request and hands it over. Hashing happens here, where its submitter's messages are
 * handled, so that the coordinator has none of it.
 */
public final class XtRequestHandler implements EventHandler<XtRequestReceived> {

  private final InputSink inputs;
  private final InboundObserver observer;
  private final TraceContexts contexts;

  /** Hands over there. */
  public XtRequestHandler(InputSink inputs, InboundObserver observer, TraceContexts contexts) {
    this.inputs = inputs;
    this.observer = observer;
    this.contexts = contexts;
  }

  @Override
  public void handle(XtRequestReceived event) {
    inputs.submit(input(event));
  }

  private PublisherInput input(XtRequestReceived event) {
    try {
      CrossChainTransaction xt =
          CrossChainTransaction.parse(event.encodedRequest(), event.request());
      contexts.arrived(xt.id(), event.traceContext());
      return new PublisherInput.Submitted(event.connectionId(), xt);
    } catch (InvalidXtException invalid) {
      String why = String.valueOf(invalid.getMessage());
      observer.malformed(event.connectionId(), "xt_request", why);
      return new PublisherInput.Malformed(event.connectionId(), invalid.id(), why);
    }
  }
}
