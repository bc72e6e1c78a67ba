package io.rollcall.publisher.inbound;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.request;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.CIRCMessage;
import io.rollcall.proto.v1.L2Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.StartSlot;
import io.rollcall.publisher.event.PublisherEvent;
import io.rollcall.publisher.event.SequencerConnected;
import io.rollcall.publisher.event.SequencerLost;
import io.rollcall.publisher.event.UnroutedReceived;
import io.rollcall.publisher.event.VoteReceived;
import io.rollcall.publisher.event.XtRequestReceived;
import io.rollcall.publisher.testing.RecordingObserver;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.event.ConnectionClosedEvent;
import io.rollcall.transport.event.ConnectionOpenedEvent;
import io.rollcall.transport.event.MessageReceivedEvent;
import io.rollcall.transport.testing.ConnectionInfos;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboundMessageRouterTests {

  private static final PeerIdentity NOBODY = new PeerIdentity.Unauthenticated();

  private final List<PublisherEvent> events = new ArrayList<>();
  private final RecordingObserver observer = new RecordingObserver();
  private final InboundMessageRouter router =
      new InboundMessageRouter(
          new InboundHandlers(events::add, events::add, events::add, events::add, events::add),
          observer);

  @Test
  void tellsOfConnectionsComingAndGoing() {
    ConnectionInfo connection = ConnectionInfos.trusted("optimism");

    router.on(new ConnectionOpenedEvent(connection));
    router.on(new ConnectionClosedEvent(connection, CloseReason.REQUESTED, ""));

    assertThat(events)
        .containsExactly(
            new SequencerConnected(connection.id(), connection.identity()),
            new SequencerLost(connection.id()));
  }

  @Test
  void takesARequestsBytesAsTheyCame() {
    CrossChainTransaction xt = xt("one");
    // An unknown field, which parsing and encoding again would move.
    ByteString odd =
        ByteString.copyFrom(new byte[] {0x78, 0x01}).concat(request(xt).toByteString());

    router.on(new MessageReceivedEvent(new InboundMessage("c1", NOBODY, request(xt), odd)));

    assertThat(events)
        .containsExactly(new XtRequestReceived("c1", xt.request(), xt.encoded(), ByteString.EMPTY));
    assertThat(observer.calls()).containsExactly("handled xt_request");
  }

  @Test
  void routesVotes() {
    Message vote = vote(xt("one"), A, true, "");

    receive(vote);

    assertThat(events).containsExactly(new VoteReceived("c1", NOBODY, vote.getVote()));
  }

  @Test
  void namesTheChainThatAnUnroutedMessageSpeaksFor() {
    receive(Message.newBuilder().setBlock(Block.newBuilder().setChainId(A.bytes())).build());
    receive(Message.newBuilder().setL2Block(L2Block.newBuilder().setChainId(A.bytes())).build());
    receive(
        Message.newBuilder()
            .setCircMessage(CIRCMessage.newBuilder().setSourceChain(A.bytes()))
            .build());
    receive(Message.newBuilder().setStartSlot(StartSlot.getDefaultInstance()).build());
    receive(Message.newBuilder().setSenderId("x").build());

    assertThat(events)
        .containsExactly(
            new UnroutedReceived("c1", NOBODY, "block", A.bytes()),
            new UnroutedReceived("c1", NOBODY, "l2_block", A.bytes()),
            new UnroutedReceived("c1", NOBODY, "circ_message", A.bytes()),
            new UnroutedReceived("c1", NOBODY, "start_slot", ByteString.EMPTY),
            new UnroutedReceived("c1", NOBODY, "payload_not_set", ByteString.EMPTY));
  }

  private void receive(Message message) {
    router.on(
        new MessageReceivedEvent(
            new InboundMessage("c1", NOBODY, message, message.toByteString())));
  }
}
