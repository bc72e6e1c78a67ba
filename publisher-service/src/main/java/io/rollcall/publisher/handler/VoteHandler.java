package io.rollcall.publisher.handler;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.publisher.coordination.InputSink;
import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.publisher.event.VoteReceived;
import io.rollcall.scp.PublisherInput;

/**
 * Checks a vote and hands it over: its chain, brought to minimal form, must be one that the sender
 * may speak for.
 */
public final class VoteHandler implements EventHandler<VoteReceived> {

  private static final String PAYLOAD = "vote";

  private final InputSink inputs;
  private final VotingPolicy policy;
  private final InboundObserver observer;

  /** Hands over there. */
  public VoteHandler(InputSink inputs, VotingPolicy policy, InboundObserver observer) {
    this.inputs = inputs;
    this.policy = policy;
    this.observer = observer;
  }

  @Override
  public void handle(VoteReceived event) {
    ChainId chain;
    XtId id;
    try {
      chain = ChainId.normalized(event.vote().getSenderChainId());
      id = XtId.of(event.vote().getXtId());
    } catch (IllegalArgumentException malformed) {
      observer.malformed(event.connectionId(), PAYLOAD, String.valueOf(malformed.getMessage()));
      return;
    }
    if (!policy.maySpeak(event.from(), chain)) {
      observer.identityMismatch(event.connectionId(), event.from().label(), chain, PAYLOAD);
      return;
    }
    inputs.submit(
        new PublisherInput.Voted(
            event.connectionId(), chain, id, event.vote().getVote(), event.vote().getReason()));
  }
}
