package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Pong;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.codec.ProtobufCodec;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.RecordingHandler;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A client's connection in virtual time, without a socket. Time passes by the second, so each
 * decision may come one late.
 */
class ClientSilenceTests {

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<CloseReason> ends = new ArrayList<>();

  @BeforeEach
  void admit() {
    channel.freezeTime();
    ConnectionSettings settings = ConnectionSettings.client();
    ProtobufCodec codec = new ProtobufCodec(settings.maxMessageSize());
    RecordingHandler handler = new RecordingHandler();
    LinkContext context =
        new LinkContext(
            settings,
            codec,
            FrameEncoder.of(
                codec,
                new OutboundBudget("outbound-buffer", settings.outboundBuffer()),
                Optional.empty(),
                settings.compression().threshold()),
            Optional.empty(),
            new InboundBudget(settings.inboundBuffer()),
            SenderIds.client("me"),
            LinkContext.CLIENT_GOODBYE,
            TransportMetrics.NOOP,
            InstantSource.system());
    Link link = Link.of("c", channel, context);
    link.onEnd((reason, details) -> ends.add(reason));
    ConnectionPipeline.begin(link);
    ClientPipeline.admit(
        new NettyConnection(
            link, new PeerIdentity.Unauthenticated(), HandshakeVersion.NONE, Compression.NONE),
        new MessageDispatcher("test-", 1 << 20, handler, handler, TransportMetrics.NOOP));
  }

  @AfterEach
  void releaseWhatNobodyRead() {
    channel.finishAndReleaseAll();
  }

  @Test
  void pingsEveryFifteenSecondsUnderItsOwnId() {
    pass(14);
    assertThat(sent()).isEmpty();

    pass(20);

    assertThat(sent())
        .hasSize(2)
        .allSatisfy(message -> {
          assertThat(message.hasPing()).isTrue();
          assertThat(message.getSenderId()).isEqualTo("me");
        });
  }

  @Test
  void aServerThatIsSilentForFortyFiveSecondsIsGone() {
    pass(44);
    assertThat(ends).isEmpty();

    pass(3);

    assertThat(ends).containsExactly(CloseReason.READ_TIMEOUT);
    assertThat(sent().getLast().getDisconnect().getReason())
        .isEqualTo(DisconnectMessage.Reason.READ_TIMEOUT);
  }

  @Test
  void anythingThatComesKeepsItAlive() {
    pass(40);
    Message pong = Message.newBuilder().setPong(Pong.newBuilder().setTimestamp(1)).build();
    channel.writeInbound(Unpooled.wrappedBuffer(RawSocketPeer.frame(pong.toByteString())));

    pass(44);

    assertThat(ends).isEmpty();
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      channel.runPendingTasks();
      channel.runScheduledPendingTasks();
    }
  }

  private List<Message> sent() {
    List<Message> messages = new ArrayList<>();
    for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
      try {
        byte[] body = new byte[frame.skipBytes(Integer.BYTES).readableBytes()];
        frame.readBytes(body);
        messages.add(Message.parseFrom(body));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      } finally {
        frame.release();
      }
    }
    return messages;
  }
}
