package io.rollcall.sequencer.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.StartSlot;
import io.rollcall.proto.v1.Vote;
import io.rollcall.sequencer.event.DecisionAnnounced;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.sequencer.event.PublisherConnected;
import io.rollcall.sequencer.event.PublisherLost;
import io.rollcall.sequencer.event.SequencerEvent;
import io.rollcall.sequencer.event.UnroutedReceived;
import io.rollcall.sequencer.event.XtAnnounced;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.event.ConnectionClosedEvent;
import io.rollcall.transport.event.ConnectionOpenedEvent;
import io.rollcall.transport.event.MessageReceivedEvent;
import io.rollcall.transport.testing.ConnectionInfos;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboundMessageRouterTests {

  private static final CrossChainTransaction XT =
      Xts.xt(Xts.entry(55_555, ByteString.copyFromUtf8("transaction")));
  private static final ConnectionInfo PUBLISHER = ConnectionInfos.trusted("publisher-1");
  private static final ConnectionInfo RENEWED = ConnectionInfos.trusted("publisher-2");
  private static final ConnectionInfo CLIENT = ConnectionInfos.trusted("client");

  private final List<SequencerEvent> events = new ArrayList<>();
  private final List<String> handled = new ArrayList<>();
  private final InboundMessageRouter router =
      new InboundMessageRouter(
          new InboundHandlers(events::add, events::add, events::add, events::add, events::add),
          new InboundObserver() {
            @Override
            public void handled(String payload, long nanos) {
              handled.add(payload);
            }

            @Override
            public void unrouted(String connectionId, String payload) {
              throw new AssertionError("the handler counts, not the router");
            }

            @Override
            public void malformed(String connectionId, String payload, String why) {
              throw new AssertionError("the handlers judge, not the router");
            }
          },
          CLIENT.id()::equals);

  @Test
  void obeysThePublisher() {
    router.on(new ConnectionOpenedEvent(PUBLISHER));
    Decided decided = Decided.newBuilder().setXtId(XT.id().toMessage()).build();
    receive(PUBLISHER, Message.newBuilder().setDecided(decided).build());
    router.on(new ConnectionClosedEvent(PUBLISHER, CloseReason.NETWORK_ERROR, ""));

    assertThat(events)
        .containsExactly(
            new PublisherConnected(PUBLISHER.id()),
            new DecisionAnnounced(PUBLISHER.id(), decided),
            new PublisherLost(PUBLISHER.id()));
    assertThat(handled).containsExactly("decided");
  }

  @Test
  void takesAnAnnouncedRequestsBytesAsTheyCame() {
    router.on(new ConnectionOpenedEvent(PUBLISHER));
    events.clear();
    Message announced = Message.newBuilder().setXtRequest(XT.request()).build();
    // An unknown field, which parsing and encoding again would move.
    ByteString odd = ByteString.copyFrom(new byte[] {0x78, 0x01}).concat(announced.toByteString());

    router.on(
        new MessageReceivedEvent(
            new InboundMessage(PUBLISHER.id(), PUBLISHER.identity(), announced, odd)));

    assertThat(events)
        .containsExactly(new XtAnnounced(PUBLISHER.id(), XT.encoded(), ByteString.EMPTY));
  }

  @Test
  void doesNotObeyTheClientsOfAServerInTheSameProcess() {
    router.on(new ConnectionOpenedEvent(PUBLISHER));
    router.on(new ConnectionOpenedEvent(CLIENT));
    events.clear();

    receive(CLIENT, Message.newBuilder().setXtRequest(XT.request()).build());
    receive(CLIENT, Message.newBuilder().setDecided(Decided.getDefaultInstance()).build());
    router.on(new ConnectionClosedEvent(CLIENT, CloseReason.REQUESTED, ""));

    assertThat(events)
        .containsExactly(
            new UnroutedReceived(CLIENT.id(), "xt_request"),
            new UnroutedReceived(CLIENT.id(), "decided"));
  }

  @Test
  void theEndOfAConnectionThatWasReplacedIsNoLoss() {
    router.on(new ConnectionOpenedEvent(PUBLISHER));
    router.on(new ConnectionOpenedEvent(RENEWED));
    router.on(new ConnectionClosedEvent(PUBLISHER, CloseReason.NETWORK_ERROR, ""));
    receive(RENEWED, Message.newBuilder().setXtRequest(XT.request()).build());

    assertThat(events)
        .containsExactly(
            new PublisherConnected(PUBLISHER.id()),
            new PublisherConnected(RENEWED.id()),
            new XtAnnounced(RENEWED.id(), XT.encoded(), ByteString.EMPTY));
  }

  @Test
  void theSlotProtocolAndWhatASequencerSaysAreUnrouted() {
    router.on(new ConnectionOpenedEvent(PUBLISHER));
    events.clear();
    receive(PUBLISHER, Message.newBuilder().setStartSlot(StartSlot.getDefaultInstance()).build());
    receive(PUBLISHER, Message.newBuilder().setVote(Vote.getDefaultInstance()).build());
    receive(PUBLISHER, Message.newBuilder().setSenderId("x").build());

    assertThat(events)
        .containsExactly(
            new UnroutedReceived(PUBLISHER.id(), "start_slot"),
            new UnroutedReceived(PUBLISHER.id(), "vote"),
            new UnroutedReceived(PUBLISHER.id(), "payload_not_set"));
  }

  private void receive(ConnectionInfo from, Message message) {
    router.on(
        new MessageReceivedEvent(
            new InboundMessage(from.id(), from.identity(), message, message.toByteString())));
  }
}
