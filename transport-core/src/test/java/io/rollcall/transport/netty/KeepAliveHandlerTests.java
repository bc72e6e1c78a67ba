package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.Pong;
import io.rollcall.transport.testing.RawSocketPeer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeepAliveHandlerTests {

  /** What an event loop answers that has nothing to do later. */
  private static final long NO_TIMER = -1;

  @Test
  void pingsEveryFifteenSecondsAndMeasuresTheAnswer() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      NettyConnection connection = embedded.admit();
      embedded.advance(Duration.ofSeconds(14));
      assertThat(embedded.nextSent()).isEmpty();
      embedded.advance(Duration.ofSeconds(1));
      Message ping = embedded.nextSent().orElseThrow();
      assertThat(ping.getPing().getTimestamp()).isEqualTo(1_700_000_000_000_000_000L);
      assertThat(ping.getSenderId()).isEqualTo("publisher");
      embedded.advance(Duration.ofMillis(70));
      embedded.receive(Message.newBuilder().setPong(Pong.newBuilder().setTimestamp(5)).build());
      assertThat(connection.info().roundTripTime()).contains(Duration.ofMillis(70));
    }
  }

  @Test
  void closesAPeerThatIsSilentForFortyFiveSeconds() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      for (int ping = 0; ping < 2; ping++) {
        embedded.advance(Duration.ofSeconds(15));
        assertThat(embedded.nextSent().orElseThrow().hasPing()).isTrue();
      }
      embedded.advance(Duration.ofSeconds(15));
      DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.READ_TIMEOUT);
      assertThat(goodbye.getDetails()).isEqualTo("nothing came for 45 s");
      assertThat(embedded.channel.isOpen()).isFalse();
    }
  }

  @Test
  void neverClosesWhileItDoesNotRead() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      embedded.link.pause(Link.Pause.DISPATCH);
      for (int ping = 0; ping < 20; ping++) {
        embedded.advance(Duration.ofSeconds(15));
        assertThat(embedded.nextSent().orElseThrow().hasPing()).isTrue();
      }
      embedded.link.resume(Link.Pause.DISPATCH);
      embedded.advance(Duration.ofSeconds(15));
      assertThat(embedded.nextSent().orElseThrow().hasPing()).isTrue();
    }
  }

  /**
   * Netty takes the handlers of a closed channel out; an embedded one would also end its timers.
   */
  @Test
  void aConnectionThatEndedIsNoLongerPingedAndLeavesNoTimerBehind() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      embedded.channel.pipeline().remove(ConnectionPipeline.KEEP_ALIVE);
      assertThat(embedded.channel.runScheduledPendingTasks()).isEqualTo(NO_TIMER);
      embedded.advance(Duration.ofSeconds(60));
      assertThat(embedded.nextSent()).isEmpty();
      assertThat(embedded.channel.isOpen()).isTrue();
    }
  }

  @Test
  void answersThePingsOfOneReadInOneWriteInTheirOrder() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      byte[] three =
          ByteString.copyFrom(List.of(ping("a", 1), ping("b", Long.MIN_VALUE), ping("", 0)))
              .toByteArray();
      embedded.receive(three);
      ByteBuf written = embedded.channel.readOutbound();
      try {
        assertThat(ByteString.copyFrom(written.nioBuffer()))
            .isEqualTo(ByteString.copyFrom(List.of(pong(1), pong(Long.MIN_VALUE), pong(0))));
        assertThat(embedded.channel.<ByteBuf>readOutbound()).isNull();
      } finally {
        written.release();
      }
      assertThat(embedded.messages("ping", "in")).isEqualTo(3);
      assertThat(embedded.messages("pong", "out")).isEqualTo(3);
      assertThat(embedded.link.queuedBytes()).isZero();
      assertThat(embedded.outbound.held()).isZero();
    }
  }

  /** So nothing overtakes the answer to a hello. */
  @Test
  void anAnswerLeavesBehindWhatWasSentBefore() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      NettyConnection connection = embedded.admit();
      var _ = connection.send(Message.newBuilder().setSenderId("first").build());
      embedded.receive(ping("a", 7).toByteArray());
      ByteBuf written = embedded.channel.readOutbound();
      try {
        assertThat(written.getByte(6)).isEqualTo((byte) 'f');
      } finally {
        written.release();
      }
    }
  }

  @Test
  void answersAPingThatComesByteByByte() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      for (byte one : ping("a", 7).toByteArray()) {
        embedded.receive(one);
      }
      assertThat(embedded.nextSent().orElseThrow().getPong().getTimestamp()).isEqualTo(7);
    }
  }

  /** While the socket takes nothing, a flood of pings is not read on. */
  @Test
  void stopsReadingWhenItOwesManyAnswersAndGoesOnWhenTheyLeft() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      HeldWrites socket = new HeldWrites();
      embedded.channel.pipeline().addFirst(socket);
      byte[] flood = ByteString.copyFrom(Collections.nCopies(100, ping("a", 1))).toByteArray();
      embedded.receive(flood);
      assertThat(embedded.link.reading()).isFalse();
      assertThat(embedded.messages("ping", "in")).isEqualTo(64);
      socket.takeAll();
      assertThat(embedded.link.reading()).isTrue();
      assertThat(embedded.messages("ping", "in")).isEqualTo(100);
    }
  }

  private static ByteString ping(String sender, long timestamp) {
    return framed(
        Message.newBuilder()
            .setSenderId(sender)
            .setPing(Ping.newBuilder().setTimestamp(timestamp))
            .build());
  }

  private static ByteString pong(long timestamp) {
    return framed(
        Message.newBuilder()
            .setSenderId("server")
            .setPong(Pong.newBuilder().setTimestamp(timestamp))
            .build());
  }

  private static ByteString framed(Message message) {
    return ByteString.copyFrom(RawSocketPeer.frame(message.toByteString()));
  }
}
