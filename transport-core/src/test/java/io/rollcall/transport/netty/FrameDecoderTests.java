package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.transport.testing.RawSocketPeer;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FrameDecoderTests {

  private static final int KIB = 1024;

  private final ByteString body = ByteString.copyFromUtf8("hello");

  @Test
  void rejectsFrameLongerThanLimitBeforeAllocating() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.receive(prefix(EmbeddedLink.MAX_MESSAGE_SIZE + 1));
      assertThat(embedded.link.ended()).isTrue();
      assertThat(embedded.inbound.utilization()).isZero();
      DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
      assertThat(goodbye.getDetails()).startsWith("message size exceeds max: 1048577 bytes");
    }
  }

  @Test
  void holdsNoMoreThanTwiceTheBytesThatCame() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.receive(prefix(EmbeddedLink.MAX_MESSAGE_SIZE));
      assertThat(embedded.inbound.utilization()).isZero();
      for (int count = 4 * KIB; count < 512 * KIB; count += 4 * KIB) {
        embedded.receive(new byte[4 * KIB]);
        double held = embedded.inbound.utilization() * 2 * EmbeddedLink.MAX_MESSAGE_SIZE;
        assertThat(held).isBetween((double) count, 2.0 * count);
      }
      embedded.receive(new byte[EmbeddedLink.MAX_MESSAGE_SIZE]);
      assertThat(embedded.nextFrame().orElseThrow().size())
          .isEqualTo(EmbeddedLink.MAX_MESSAGE_SIZE);
    }
  }

  @Test
  void takesAFrameOfExactlyTheLimit() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      ByteString whole = ByteString.copyFrom(new byte[EmbeddedLink.MAX_MESSAGE_SIZE]);
      embedded.receive(RawSocketPeer.frame(whole));
      assertThat(embedded.nextFrame()).contains(whole);
      assertThat(embedded.inbound.utilization()).isZero();
    }
  }

  @Test
  void keepsWhatCameWhileNotReading() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.link.pause(Link.Pause.DISPATCH);
      embedded.receive(RawSocketPeer.frame(body));
      embedded.receive(RawSocketPeer.frame(body));
      assertThat(embedded.nextFrame()).isEmpty();
      embedded.link.resume(Link.Pause.DISPATCH);
      assertThat(embedded.nextFrame()).contains(body);
      assertThat(embedded.nextFrame()).contains(body);
    }
  }

  @Test
  void readsOnOnlyWhenEveryReasonNotToIsGone() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.link.pause(Link.Pause.DISPATCH);
      embedded.link.pause(Link.Pause.PONGS);
      embedded.receive(RawSocketPeer.frame(body));
      embedded.link.resume(Link.Pause.DISPATCH);
      assertThat(embedded.nextFrame()).isEmpty();
      assertThat(embedded.channel.config().isAutoRead()).isFalse();
      embedded.link.resume(Link.Pause.PONGS);
      assertThat(embedded.nextFrame()).contains(body);
      assertThat(embedded.channel.config().isAutoRead()).isTrue();
    }
  }

  @Test
  void tellsTheFirstFrameApartByItsFirstByteAndOnlyTheFirst() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      int[] calls = {0};
      embedded.frames.expectFirst(
          100,
          first -> {
            assertThat(first).isEqualTo((byte) 'h');
            calls[0]++;
            return 100;
          });
      embedded.receive(prefix(body.size()));
      assertThat(calls[0]).isZero();
      embedded.receive(body.toByteArray());
      embedded.receive(RawSocketPeer.frame(ByteString.copyFrom(new byte[101])));
      assertThat(calls[0]).isEqualTo(1);
      assertThat(embedded.nextFrame()).contains(body);
      assertThat(embedded.nextFrame().orElseThrow().size()).isEqualTo(101);
    }
  }

  private static byte[] prefix(int length) {
    return ByteBuffer.allocate(4).putInt(length).array();
  }
}
