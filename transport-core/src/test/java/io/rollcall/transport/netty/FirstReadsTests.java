package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // Of the handle: it is what a channel asks for.
class FirstReadsTests {

  private static final int USUAL = 4096;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final AtomicInteger missing = new AtomicInteger();

  @AfterEach
  void close() {
    channel.close().syncUninterruptibly();
  }

  @Test
  void asksForNoMoreThanIsMissingUntilThePeerIsAdmitted() {
    channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(USUAL, USUAL, USUAL));
    FirstReads reads = FirstReads.of(channel);
    reads.missing(missing::get);
    RecvByteBufAllocator.Handle handle = channel.config().getRecvByteBufAllocator().newHandle();
    handle.reset(channel.config());

    missing.set(5);
    assertThat(sizeOfNextRead(handle)).isEqualTo(5);
    missing.set(100_000);
    assertThat(sizeOfNextRead(handle)).isEqualTo(FirstReads.MOST_BYTES);
    reads.over();
    assertThat(sizeOfNextRead(handle)).isEqualTo(USUAL);
  }

  @Test
  void afterAHelloNothingIsAskedForButTheNextLength() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      assertThat(embedded.frames.missing()).isEqualTo(5);
      embedded.receive((byte) 0, (byte) 0);
      assertThat(embedded.frames.missing()).isEqualTo(3);
      embedded.receive((byte) 0, (byte) 9, (byte) 8);
      assertThat(embedded.frames.missing()).isEqualTo(8);
      embedded.receive(new byte[8]);
      assertThat(embedded.frames.missing()).isEqualTo(5);
    }
  }

  @Test
  void bytesThatCameUnaskedBeforeAdmissionCutTheLink() {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.frames.mostUnasked(ServerHandshakeHandler.MOST_BYTES);
      embedded.link.pause(Link.Pause.HANDSHAKE);
      embedded.receive(new byte[1024]);
      embedded.channel.runPendingTasks();
      assertThat(embedded.link.ended()).isFalse();
      for (int i = 0; i < 4; i++) {
        embedded.receive(new byte[1024]);
      }
      embedded.channel.runPendingTasks();
      assertThat(embedded.channel.isOpen()).isFalse();
    }
  }

  private static int sizeOfNextRead(RecvByteBufAllocator.Handle handle) {
    ByteBuf buffer = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
    try {
      return buffer.writableBytes();
    } finally {
      buffer.release();
    }
  }
}
