package io.rollcall.publisher.outbound;

import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Message;
import io.rollcall.publisher.testing.RecordingServer;
import io.rollcall.publisher.testing.RecordingServer.RecordingConnection;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.transport.CloseReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransportSequencerGatewayTests {

  private static final long BUFFER = 1_000;
  private static final int MAX_MESSAGE = 1_000;
  private static final ByteString CONTEXT = ByteString.copyFromUtf8("the context");

  private final RecordingServer server = new RecordingServer();
  private final List<String> sent = new ArrayList<>();
  private final TransportSequencerGateway gateway =
      new TransportSequencerGateway(
          server,
          BUFFER,
          MAX_MESSAGE,
          (message, recipients) ->
              sent.add(message.getClass().getSimpleName() + " to " + recipients),
          new TraceContexts() {
            @Override
            public void arrived(XtId id, ByteString traceContext) {}

            @Override
            public ByteString of(XtId id) {
              return CONTEXT;
            }
          });

  @Test
  void relaysTheRequestByteForByteToAllAtOnce() {
    CrossChainTransaction xt = xt("one");

    gateway.send(List.of("a", "b"), new PublisherMessage.Start(xt));
    gateway.flush();

    Message wire = server.sentTo("a").getFirst();
    assertThat(wire.getSenderId()).isEqualTo("publisher");
    assertThat(CrossChainTransaction.requestBytes(wire.toByteString())).isEqualTo(xt.encoded());
    assertThat(server.sentTo("b").getFirst()).isSameAs(wire);
    assertThat(sent).containsExactly("Start to 2");
  }

  @Test
  void carriesTheContextOfAnXtUnlessTheMessageWouldGrowTooLong() {
    gateway.send(List.of("a"), new PublisherMessage.Start(xt("one")));
    gateway.send(List.of("a"), new PublisherMessage.Start(xt("x".repeat(MAX_MESSAGE / 2 - 40))));
    gateway.flush();

    assertThat(server.sentTo("a"))
        .extracting(Message::getTraceContext)
        .containsExactly(CONTEXT, ByteString.EMPTY);
  }

  @Test
  void saysWhyInADecisionsOwnFields() {
    CrossChainTransaction xt = xt("one");

    gateway.send(List.of("a"), new PublisherMessage.Decision(xt.id(), false, "queue full", true));
    gateway.flush();

    var decided = server.sentTo("a").getFirst().getDecided();
    assertThat(decided.getXtId()).isEqualTo(xt.id().toMessage());
    assertThat(decided.getDecision()).isFalse();
    assertThat(decided.getReason()).isEqualTo("queue full");
    assertThat(decided.getRefused()).isTrue();
  }

  @Test
  void feedsWhatWasMissedAsThePeerReadsAndNewOnesBehind() {
    RecordingConnection slow = server.open("slow");

    gateway.resend("slow", decisions(20));
    gateway.send(List.of("slow", "quick"), start("new"));
    gateway.flush();

    int first = slow.sent().size();
    assertThat(first).isBetween(2, 10);
    assertThat(slow.queuedBytes()).isLessThanOrEqualTo(BUFFER / 2);
    assertThat(server.sentTo("quick")).hasSize(1);

    slow.readOne();
    assertThat(slow.sent()).hasSize(first + 1);

    slow.readAll();
    assertThat(slow.sent()).hasSize(21);
    assertThat(slow.sent().getLast().hasXtRequest()).isTrue();
    assertThat(gateway.feeding()).isZero();

    gateway.send(List.of("slow"), start("newer"));
    gateway.flush();
    assertThat(server.sentTo("slow")).hasSize(1);
  }

  /** What is missed is told behind what was sent before, and before what is sent afterwards. */
  @Test
  void sendsWhatWaitsForTheEndOfTheBatchBeforeWhatWasMissed() {
    server.open("peer");

    gateway.send(List.of("peer"), start("before"));
    assertThat(server.sentTo("peer")).isEmpty();
    gateway.resend("peer", decisions(1));

    assertThat(server.sentTo("peer")).hasSize(1);
  }

  @Test
  void letsOneMessagePassThatIsLargerThanHalfTheBuffer() {
    RecordingConnection peer = server.open("peer");

    gateway.resend("peer", List.of(start("x".repeat(600)), start("y".repeat(600))));

    assertThat(peer.sent()).hasSize(1);
    peer.readAll();
    assertThat(peer.sent()).hasSize(2);
  }

  @Test
  void closesAPeerThatLetsTooMuchWaitBehind() {
    RecordingConnection slow = server.open("slow");
    gateway.resend("slow", decisions(20));

    for (int i = 0; i < 20; i++) {
      gateway.send(List.of("slow"), start("new" + i));
    }

    assertThat(slow.closedWith()).isEqualTo(CloseReason.WRITE_TIMEOUT);
    assertThat(gateway.feeding()).isZero();
  }

  @Test
  void appendsToAFeedThatIsNotDone() {
    RecordingConnection slow = server.open("slow");
    gateway.resend("slow", decisions(10));
    gateway.resend("slow", decisions(10));

    assertThat(gateway.feeding()).isEqualTo(1);
    slow.readAll();
    assertThat(slow.sent()).hasSize(20);
  }

  @Test
  void forgetsTheFeedOfAConnectionThatIsGone() {
    RecordingConnection peer = server.open("peer");
    gateway.resend("peer", decisions(20));

    peer.fail();

    assertThat(gateway.feeding()).isZero();
    gateway.resend("nobody", decisions(1));
    assertThat(gateway.feeding()).isZero();
  }

  private static PublisherMessage start(String content) {
    return new PublisherMessage.Start(xt(content));
  }

  private static List<PublisherMessage> decisions(int count) {
    List<PublisherMessage> decisions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      decisions.add(new PublisherMessage.Decision(xt("d" + i).id(), true, "", false));
    }
    return decisions;
  }
}
