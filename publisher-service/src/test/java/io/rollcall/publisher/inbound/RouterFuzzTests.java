package io.rollcall.publisher.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.publisher.event.PublisherEvent;
import io.rollcall.publisher.event.XtRequestReceived;
import io.rollcall.publisher.testing.RecordingObserver;
import io.rollcall.service.tracing.TraceParent;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.event.MessageReceivedEvent;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What any message becomes, and which requests are XTs. */
class RouterFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /** Where the flags begin in a traceparent, of which only one counts. */
  private static final int FLAGS = 53;

  private static final int MOST_TEXT = 256;

  @FuzzTest(maxDuration = "1m")
  void aMessageBecomesOneEventAndARequestKeepsItsBytes(byte[] input) throws Exception {
    RUNS.one(input);
    ByteString encoded = ByteString.copyFrom(input);
    Message message;
    try {
      message = Message.parseFrom(encoded);
    } catch (InvalidProtocolBufferException neverGetsHere) {
      return;
    }
    List<PublisherEvent> events = new ArrayList<>();
    new InboundMessageRouter(
            new InboundHandlers(events::add, events::add, events::add, events::add, events::add),
            new RecordingObserver())
        .on(
            new MessageReceivedEvent(
                new InboundMessage("c1", new PeerIdentity.Unauthenticated(), message, encoded)));

    assertThat(events).hasSize(1);
    assertThat(events.getFirst() instanceof XtRequestReceived).isEqualTo(message.hasXtRequest());
    if (events.getFirst() instanceof XtRequestReceived request) {
      // What other parsers make of the message is what its bytes mean here. The dynamic one says
      // it:
      // generated Java parsers join what stands before and behind another payload.
      Message reference =
          Message.parseFrom(
              DynamicMessage.parseFrom(Message.getDescriptor(), encoded).toByteString());
      assertThat(XTRequest.parseFrom(request.encodedRequest())).isEqualTo(reference.getXtRequest());
      checkXt(request.encodedRequest());
      checkContext(request.traceContext());
      assertThat(
              outcome(
                  () -> CrossChainTransaction.parse(request.encodedRequest(), request.request())))
          .isEqualTo(outcome(() -> CrossChainTransaction.parse(request.encodedRequest())));
    }
  }

  /** The XT, or why it is none. */
  private static Object outcome(Supplier<CrossChainTransaction> parsing) {
    try {
      return parsing.get();
    } catch (InvalidXtException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /** It is ignored, or means what it says. */
  private static void checkContext(ByteString encoded) {
    TraceParent.parse(encoded)
        .ifPresent(context ->
            assertThat(context.encoded().substring(0, FLAGS))
                .isEqualTo(encoded.substring(0, FLAGS)));
  }

  private static void checkXt(ByteString encoded) {
    try {
      CrossChainTransaction xt = CrossChainTransaction.parse(encoded);
      assertThat(xt.encoded()).isEqualTo(encoded);
      assertThat(xt.request().toByteString()).isEqualTo(encoded);
      assertThat(xt.id()).isEqualTo(XtId.ofEncoded(encoded));
      assertThat(CrossChainTransaction.of(xt.request())).isEqualTo(xt);
      assertThat(xt.chains()).isNotEmpty().containsExactlyElementsOf(new TreeSet<>(xt.chains()));
    } catch (InvalidXtException refused) {
      PlainText.requirePrintable(Objects.requireNonNull(refused.getMessage()), MOST_TEXT);
    }
  }
}
