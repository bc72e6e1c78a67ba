package io.rollcall.transport.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.testing.ConnectionInfos;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.support.GenericApplicationContext;

class TransportEventPublisherTests {

  private final InboundMessage message =
      new InboundMessage(
          "c1",
          new PeerIdentity.Unauthenticated(),
          Message.newBuilder().setSenderId("a").build(),
          ByteString.EMPTY);
  private final ConnectionInfo connection = ConnectionInfos.trusted("a");

  @Test
  void publishesOnTheCallersThreadInTheCallersOrder() {
    List<Object> received = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      context.addApplicationListener(event -> {
        if (event instanceof PayloadApplicationEvent<?> payload) {
          received.add(payload.getPayload());
          threads.add(Thread.currentThread());
        }
      });
      context.refresh();
      TransportEventPublisher publisher = new TransportEventPublisher(context);

      publisher.opened(connection);
      publisher.handle(message);
      publisher.closed(connection, CloseReason.END_OF_STREAM, "gone");
    }

    assertThat(received)
        .containsExactly(
            new ConnectionOpenedEvent(connection),
            new MessageReceivedEvent(message),
            new ConnectionClosedEvent(connection, CloseReason.END_OF_STREAM, "gone"));
    assertThat(threads).containsOnly(Thread.currentThread());
  }

  @Test
  void listenersMayBlockUnlessTheApplicationSaysOtherwise() {
    TransportEventPublisher usual = new TransportEventPublisher(event -> {});
    assertThat(usual.returnsAtOnce()).isFalse();
    assertThat(usual.returnsAtOnce("c1", 1, 1)).isFalse();

    TransportEventPublisher immediate =
        TransportEventPublisher.withImmediateListeners(
            event -> {},
            () -> true,
            (connection, messages, bytes) ->
                connection.equals("c1") && messages < 3 && bytes < 100);
    assertThat(immediate.returnsAtOnce()).isTrue();
    assertThat(immediate.returnsAtOnce("c1", 2, 99)).isTrue();
    assertThat(immediate.returnsAtOnce("c2", 2, 99)).isFalse();
    assertThat(immediate.returnsAtOnce("c1", 3, 99)).isFalse();
    assertThat(immediate.returnsAtOnce("c1", 2, 100)).isFalse();
  }

  @Test
  void tellsAListenerOnlyOfEventsOfItsType() {
    List<Object> messages = new ArrayList<>();
    List<Object> closings = new ArrayList<>();
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      context.registerBean(
          "messages", ApplicationListener.class, () -> new MessageListener(messages));
      context.registerBean(
          "closings", ApplicationListener.class, () -> new ClosingListener(closings));
      context.refresh();
      TransportEventPublisher publisher = new TransportEventPublisher(context);

      publisher.handle(message);
      publisher.handle(message);
      publisher.closed(connection, CloseReason.END_OF_STREAM, "gone");
    }

    assertThat(messages)
        .containsExactly(new MessageReceivedEvent(message), new MessageReceivedEvent(message));
    assertThat(closings)
        .containsExactly(new ConnectionClosedEvent(connection, CloseReason.END_OF_STREAM, "gone"));
  }

  private record MessageListener(List<Object> heard)
      implements ApplicationListener<PayloadApplicationEvent<MessageReceivedEvent>> {
    @Override
    public void onApplicationEvent(PayloadApplicationEvent<MessageReceivedEvent> event) {
      heard.add(event.getPayload());
    }
  }

  private record ClosingListener(List<Object> heard)
      implements ApplicationListener<PayloadApplicationEvent<ConnectionClosedEvent>> {
    @Override
    public void onApplicationEvent(PayloadApplicationEvent<ConnectionClosedEvent> event) {
      heard.add(event.getPayload());
    }
  }

  @Test
  void handsWhatAListenerThrowsToTheDispatcher() {
    TransportEventPublisher publisher =
        new TransportEventPublisher(event -> {
          throw new IllegalStateException("on purpose");
        });

    assertThatIllegalStateException()
        .isThrownBy(() -> publisher.handle(message))
        .withMessage("on purpose");
  }
}
