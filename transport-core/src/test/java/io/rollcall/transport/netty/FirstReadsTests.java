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
  void behindALengthTheRestIsReadInTheSameTurnAndNothingBehindIt() {
    channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(USUAL, USUAL, USUAL));
    missing.set(5);
    FirstReads reads = FirstReads.of(channel);
    reads.missing(missing::get);
    RecvByteBufAllocator.ExtendedHandle handle =
        (RecvByteBufAllocator.ExtendedHandle)
            channel.config().getRecvByteBufAllocator().newHandle();
    for (int turn = 0; turn < 2; turn++) {
      handle.reset(channel.config());
      handle.incMessagesRead(1);
      assertThat(handle.continueReading(() -> false)).as("nothing is there").isFalse();
      assertThat(handle.continueReading(() -> true)).isTrue();
      handle.incMessagesRead(1);
      assertThat(handle.continueReading(() -> true)).isFalse();
    }

    handle.reset(channel.config());
    handle.incMessagesRead(1);
    channel.config().setAutoRead(false);
    assertThat(handle.continueReading(() -> true)).as("it is paused").isFalse();
    channel.config().setAutoRead(true);
    missing.set(100_000);
    assertThat(handle.continueReading(() -> true)).as("as many as a read takes").isFalse();
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
