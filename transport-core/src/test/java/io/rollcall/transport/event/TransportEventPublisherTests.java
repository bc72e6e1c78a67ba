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
