package io.rollcall.sequencer.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.sequencer.testing.FakePublisher;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.coordination.TraceContexts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TransportPublisherGatewayTests {

  private static final CrossChainTransaction XT = xt("one");
  private final List<CompletableFuture<Void>> unwritten = new ArrayList<>();
  private final List<Message> sent = new ArrayList<>();
  private final FakePublisher publisher =
      new FakePublisher(
          event -> {},
          message -> {
            sent.add(message);
            CompletableFuture<Void> written = new CompletableFuture<>();
            unwritten.add(written);
            return written;
          });
  private ByteString context = ByteString.EMPTY;
  private final TraceContexts contexts =
      new TraceContexts() {
        @Override
        public void arrived(XtId id, ByteString traceContext) {}

        @Override
        public ByteString of(XtId id) {
          return context;
        }
      };
  private final TransportPublisherGateway gateway =
      new TransportPublisherGateway(
          publisher, ChainId.of(55_555), 4L * message(XT).getSerializedSize(), contexts);

  @Test
  void writesTheOwnChainTheIdAndTheReason() {
    publisher.connectInBackground();

    gateway.sendVote(XT.id(), false, "nonce too low");

    assertThat(sent)
        .containsExactly(
            Message.newBuilder()
                .setVote(
                    Vote.newBuilder()
                        .setSenderChainId(ChainId.of(55_555).bytes())
                        .setXtId(XT.id().toMessage())
                        .setReason("nonce too low"))
                .build());
  }

  @Test
  void carriesTheContextOfASubmissionAndNoneWhereThereIsNone() {
    publisher.connectInBackground();
    gateway.sendSubmission(XT);
    unwritten.getFirst().complete(null);
    context = ByteString.copyFromUtf8("the context");
    gateway.sendSubmission(XT);

    assertThat(sent)
        .containsExactly(message(XT), message(XT).toBuilder().setTraceContext(context).build());
  }

  @Test
  void dropsWhatNobodyWouldHear() {
    gateway.sendSubmission(XT);
    publisher.connectInBackground();

    assertThat(sent).isEmpty();
  }

  @Test
  void fillsHalfOfTheBufferAndSendsTheRestInOrderAsThePublisherReads() {
    publisher.connectInBackground();
    List<CrossChainTransaction> xts = List.of(xt("one"), xt("two"), xt("six"), xt("ten"));
    xts.forEach(gateway::sendSubmission);
    assertThat(sent).hasSize(2);

    unwritten.get(0).complete(null);
    assertThat(sent).hasSize(3);
    unwritten.get(1).complete(null);

    assertThat(sent)
        .extracting(Message::getXtRequest)
        .containsExactlyElementsOf(xts.stream().map(CrossChainTransaction::request).toList());
  }

  @Test
  void forgetsOnANewConnectionWhatWaitedForTheOldOne() {
    publisher.connectInBackground();
    for (int i = 0; i < 4; i++) {
      gateway.sendSubmission(xt("n" + i + "-"));
    }
    sent.clear();
    publisher.reconnect();

    gateway.sendSubmission(XT);
    unwritten.get(0).complete(null);

    assertThat(sent).extracting(Message::getXtRequest).containsExactly(XT.request());
  }

  private static Message message(CrossChainTransaction xt) {
    return Message.newBuilder().setXtRequest(xt.request()).build();
  }

  private static CrossChainTransaction xt(String name) {
    return Xts.xt(Xts.entry(55_555, ByteString.copyFromUtf8(name)));
  }
}
