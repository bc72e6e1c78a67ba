package io.rollcall.publisher.handler;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Vote;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.publisher.event.SequencerConnected;
import io.rollcall.publisher.event.SequencerLost;
import io.rollcall.publisher.event.UnroutedReceived;
import io.rollcall.publisher.event.VoteReceived;
import io.rollcall.publisher.event.XtRequestReceived;
import io.rollcall.publisher.testing.RecordingObserver;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.VotingRights;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.transport.PeerIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HandlersTests {

  private static final CrossChainTransaction XT = xt("one");
  private static final ByteString KEY = ByteString.copyFrom(new byte[33]);
  private static final PeerIdentity ON_A =
      new PeerIdentity.Trusted("optimism", KEY, Set.of(A), 1, false);

  private final List<PublisherInput> inputs = new ArrayList<>();
  private final RecordingObserver observer = new RecordingObserver();
  private final VotingPolicy policy = new VotingPolicy(true, Set.of(A));
  private final VoteHandler votes = new VoteHandler(inputs::add, policy, observer);
  private final UnroutedHandler unrouted = new UnroutedHandler(policy, observer);

  @Test
  void introducesAConnectionWithItsRightsAndItsPlaceInTheQueue() {
    var handler = new SequencerConnectedHandler(inputs::add, policy);

    handler.handle(new SequencerConnected("c1", ON_A));
    handler.handle(new SequencerConnected("c2", new PeerIdentity.Unauthenticated()));
    handler.handle(new SequencerConnected("c3", new PeerIdentity.Unknown(KEY)));

    assertThat(inputs)
        .containsExactly(
            new PublisherInput.Opened(
                new Peer("c1", "optimism", "optimism", VotingRights.bound(Set.of(A)))),
            new PublisherInput.Opened(
                new Peer("c2", "c2", "unauthenticated", VotingRights.submitOnly())),
            new PublisherInput.Opened(
                new Peer(
                    "c3",
                    "unknown:" + "00".repeat(33),
                    "unknown:00000000",
                    VotingRights.submitOnly())));
  }

  @Test
  void tellsThatAConnectionEnded() {
    new SequencerLostHandler(inputs::add).handle(new SequencerLost("c1"));

    assertThat(inputs).containsExactly(new PublisherInput.Closed("c1"));
  }

  @Test
  void handsOverARequestWithTheBytesThatCame() {
    new XtRequestHandler(inputs::add, observer, TraceContexts.NONE)
        .handle(new XtRequestReceived("c1", XT.request(), XT.encoded(), ByteString.EMPTY));

    assertThat(inputs).containsExactly(new PublisherInput.Submitted("c1", XT));
  }

  @Test
  void handsOverWhyARequestIsNoXt() {
    ByteString nothing = ByteString.EMPTY;
    new XtRequestHandler(inputs::add, observer, TraceContexts.NONE)
        .handle(
            new XtRequestReceived("c1", XTRequest.getDefaultInstance(), nothing, ByteString.EMPTY));

    assertThat(inputs)
        .containsExactly(
            new PublisherInput.Malformed(
                "c1", XtId.ofEncoded(nothing), "the request has no entry"));
    assertThat(observer.calls()).containsExactly("malformed xt_request: the request has no entry");
  }

  @Test
  void bringsTheChainOfAVoteToItsMinimalForm() {
    Vote padded =
        vote(XT, A, false, "no funds").getVote().toBuilder()
            .setSenderChainId(ByteString.copyFrom(new byte[2]).concat(A.bytes()))
            .build();

    votes.handle(new VoteReceived("c1", ON_A, padded));

    assertThat(inputs)
        .containsExactly(new PublisherInput.Voted("c1", A, XT.id(), false, "no funds"));
  }

  @Test
  void dropsAVoteInAForeignChainsName() {
    votes.handle(new VoteReceived("c1", ON_A, vote(XT, B, true, "").getVote()));

    assertThat(inputs).isEmpty();
    assertThat(observer.calls()).containsExactly("mismatch optimism 77777 vote");
  }

  @Test
  void dropsAVoteWithoutAChainOrAnId() {
    Vote whole = vote(XT, A, true, "").getVote();

    votes.handle(new VoteReceived("c1", ON_A, whole.toBuilder().clearSenderChainId().build()));
    votes.handle(new VoteReceived("c1", ON_A, whole.toBuilder().clearXtId().build()));

    assertThat(inputs).isEmpty();
    assertThat(observer.calls())
        .containsExactly(
            "malformed vote: chain id is empty", "malformed vote: XT id has 0 bytes, expected 32");
  }

  @Test
  void countsWhatNobodyActsOn() {
    unrouted.handle(new UnroutedReceived("c1", ON_A, "start_slot", ByteString.EMPTY));
    unrouted.handle(new UnroutedReceived("c1", ON_A, "l2_block", A.bytes()));

    assertThat(observer.calls()).containsExactly("unrouted start_slot", "unrouted l2_block");
  }

  @Test
  void reportsABlockInAForeignChainsName() {
    unrouted.handle(new UnroutedReceived("c1", ON_A, "block", B.bytes()));
    unrouted.handle(new UnroutedReceived("c1", ON_A, "block", ByteString.copyFrom(new byte[1])));

    assertThat(observer.calls())
        .containsExactly(
            "unrouted block",
            "mismatch optimism 77777 block",
            "unrouted block",
            "malformed block: chain id is empty");
  }
}
