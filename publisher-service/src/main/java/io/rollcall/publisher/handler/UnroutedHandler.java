package io.rollcall.publisher.handler;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.publisher.event.UnroutedReceived;

/** Counts what nobody acts on, and reports it when it is in a foreign chain's name. */
public final class UnroutedHandler implements EventHandler<UnroutedReceived> {

  private final VotingPolicy policy;
  private final InboundObserver observer;

  /** Reports to this observer; changes nothing else. */
  public UnroutedHandler(VotingPolicy policy, InboundObserver observer) {
    this.policy = policy;
    this.observer = observer;
  }

  @Override
  public void handle(UnroutedReceived event) {
    observer.unrouted(event.payload());
    if (event.speaksFor().isEmpty()) {
      return;
    }
    try {
      ChainId chain = ChainId.normalized(event.speaksFor());
      if (!policy.maySpeak(event.from(), chain)) {
        observer.identityMismatch(
            event.connectionId(), event.from().label(), chain, event.payload());
      }
    } catch (IllegalArgumentException malformed) {
      observer.malformed(
          event.connectionId(), event.payload(), String.valueOf(malformed.getMessage()));
    }
  }
}
