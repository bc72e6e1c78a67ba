package io.rollcall.publisher.handler;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.publisher.coordination.InputSink;
import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.publisher.event.XtRequestReceived;
import io.rollcall.scp.PublisherInput;

/**
 * Checks a request and hands it over. Hashing happens here, on the submitter's own thread, so that
 * the coordinator has none of it.
 */
public final class XtRequestHandler implements EventHandler<XtRequestReceived> {

  private final InputSink inputs;
  private final InboundObserver observer;

  /** Hands over there. */
  public XtRequestHandler(InputSink inputs, InboundObserver observer) {
    this.inputs = inputs;
    this.observer = observer;
  }

  @Override
  public void handle(XtRequestReceived event) {
    inputs.submit(input(event));
  }

  private PublisherInput input(XtRequestReceived event) {
    try {
      return new PublisherInput.Submitted(
          event.connectionId(),
          CrossChainTransaction.parse(event.encodedRequest(), event.request()));
    } catch (InvalidXtException invalid) {
      String why = String.valueOf(invalid.getMessage());
      observer.malformed(event.connectionId(), "xt_request", why);
      return new PublisherInput.Malformed(event.connectionId(), invalid.id(), why);
    }
  }
}
