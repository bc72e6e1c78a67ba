package io.rollcall.publisher.handler;

import io.rollcall.publisher.coordination.InputSink;
import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.SequencerConnected;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherInput;
import io.rollcall.transport.PeerIdentity;
import java.util.HexFormat;

/** Introduces a new connection to the machine, with its rights and its place in the queue. */
public final class SequencerConnectedHandler implements EventHandler<SequencerConnected> {

  private final InputSink inputs;
  private final VotingPolicy policy;

  /** Hands over there. */
  public SequencerConnectedHandler(InputSink inputs, VotingPolicy policy) {
    this.inputs = inputs;
    this.policy = policy;
  }

  @Override
  public void handle(SequencerConnected event) {
    inputs.submit(
        new PublisherInput.Opened(
            new Peer(
                event.connectionId(),
                submitter(event),
                event.identity().label(),
                policy.rightsOf(event.identity()))));
  }

  /** Unknown keys are told apart by all of the key: labels hold too little of it to be unique. */
  private static String submitter(SequencerConnected event) {
    return switch (event.identity()) {
      case PeerIdentity.Trusted trusted -> trusted.id();
      case PeerIdentity.Unknown unknown ->
          PeerIdentity.UNKNOWN_PREFIX + HexFormat.of().formatHex(unknown.publicKey().toByteArray());
      case PeerIdentity.Unauthenticated _ -> event.connectionId();
    };
  }
}
