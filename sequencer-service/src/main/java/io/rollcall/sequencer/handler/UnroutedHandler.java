package io.rollcall.sequencer.handler;

import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.sequencer.event.UnroutedReceived;

/** Counts what nobody acts on. */
public final class UnroutedHandler implements EventHandler<UnroutedReceived> {

  private final InboundObserver observer;

  /** Reports to this observer; changes nothing else. */
  public UnroutedHandler(InboundObserver observer) {
    this.observer = observer;
  }

  @Override
  public void handle(UnroutedReceived event) {
    observer.unrouted(event.connectionId(), event.payload());
  }
}
