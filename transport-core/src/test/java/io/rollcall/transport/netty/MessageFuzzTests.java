package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import io.rollcall.transport.testing.RawSocketPeer;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one frame of an admitted peer can do: the way through the whole pipeline to the handler. */
class MessageFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /** The 256 characters of a peer's text that are kept, and what stands around them. */
  private static final int MOST_KEPT = 320;

  @FuzzTest(maxDuration = "1m")
  void aFrameIsAnsweredOrHandledOrEndsItsConnection(byte[] body) throws Exception {
    RUNS.one(body);
    if (body.length == 0) {
      return;
    }
    ByteString encoded = ByteString.copyFrom(body);
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      var _ = embedded.admit();
      embedded.receive(RawSocketPeer.frame(encoded));
      Optional<Message> message = parsed(encoded);
      if (message.isEmpty()) {
        requireGoodbye(embedded, DisconnectMessage.Reason.PROTOCOL_ERROR);
      } else {
        check(embedded, message.get(), encoded);
      }
    }
  }

  private static void check(EmbeddedLink embedded, Message message, ByteString encoded)
      throws Exception {
    switch (message.getPayloadCase()) {
      case PING ->
          assertThat(embedded.nextSent().orElseThrow().getPong().getTimestamp())
              .isEqualTo(message.getPing().getTimestamp());
      case PONG -> assertThat(embedded.nextSent()).isEmpty();
      case DISCONNECT -> {
        requireGoodbye(embedded, DisconnectMessage.Reason.REQUESTED);
        String why = String.valueOf(embedded.link.failure().getMessage());
        assertThat(why).contains(CloseReason.of(message.getDisconnect().getReason()).name());
        PlainText.require(why, MOST_KEPT);
      }
      default -> {
        InboundMessage handled = embedded.recorded.nextMessage();
        assertThat(handled.message()).isEqualTo(message);
        assertThat(handled.encoded()).isEqualTo(encoded);
        assertThat(embedded.link.ended()).isFalse();
      }
    }
  }

  private static void requireGoodbye(EmbeddedLink embedded, DisconnectMessage.Reason reason)
      throws Exception {
    assertThat(embedded.link.ended()).isTrue();
    DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
    assertThat(goodbye.getReason()).isEqualTo(reason);
    PlainText.requirePrintable(goodbye.getDetails(), PlainText.MOST_TO_A_PEER);
  }

  private static Optional<Message> parsed(ByteString encoded) {
    try {
      return Optional.of(Message.parseFrom(encoded));
    } catch (InvalidProtocolBufferException malformed) {
      return Optional.empty();
    }
  }
}
