package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a link ends: once, counted, for the reason that fits, and giving back what it held. */
class LinkTests {

  private record Ended(CloseReason reason, String details) {}

  private final List<Ended> ends = new ArrayList<>();

  @Test
  void anEndByTheTcpUserTimeoutIsAWriteTimeout() {
    try (EmbeddedLink embedded = watched()) {
      // The words of the operating system, as both kinds of channel give them.
      fire(
          embedded,
          new IOException("recvAddress(..) failed with error(-110): Connection timed out"));
      assertThat(ends)
          .containsExactly(
              new Ended(CloseReason.WRITE_TIMEOUT, "the peer's machine does not answer"));
      assertThat(embedded.errors(CloseReason.WRITE_TIMEOUT, Operation.READ)).isOne();
      assertThat(embedded.errors()).isOne();
    }
  }

  @Test
  void aResetIsANetworkError() {
    try (EmbeddedLink embedded = watched()) {
      fire(embedded, new IOException("Connection reset by peer"));
      assertThat(ends)
          .containsExactly(new Ended(CloseReason.NETWORK_ERROR, "connection reset by peer"));
      assertThat(embedded.errors(CloseReason.NETWORK_ERROR, Operation.READ)).isOne();
    }
  }

  @Test
  void aMessageThatDoesNotFitIsCountedAsAWriteTimeout() {
    try (EmbeddedLink embedded = watched()) {
      List<@Nullable TransportException> failures = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        OutboundFrame frame = frame(embedded.link, EmbeddedLink.MAX_MESSAGE_SIZE - 100);
        embedded.link.send(frame, failures::add);
        frame.release();
      }
      embedded.channel.runPendingTasks();
      assertThat(ends).extracting(Ended::reason).containsExactly(CloseReason.WRITE_TIMEOUT);
      assertThat(failures).hasSize(3).doesNotContainNull();
      assertThat(embedded.errors(CloseReason.WRITE_TIMEOUT, Operation.WRITE)).isOne();
      assertThat(embedded.errors()).isOne();
      assertThat(embedded.outbound.held()).isZero();
    }
  }

  @Test
  void aPartialFrameIsGivenBackWhenTheEndBegins() {
    try (EmbeddedLink embedded = watched()) {
      embedded.receive(ByteBuffer.allocate(4).putInt(100_000).array());
      embedded.receive(new byte[50_000]);
      assertThat(embedded.inbound.utilization()).isPositive();
      embedded.link.close(CloseReason.REQUESTED, "enough");
      embedded.channel.runPendingTasks();
      assertThat(embedded.frames.insideFrame()).isFalse();
      assertThat(embedded.inbound.utilization()).isZero();
    }
  }

  @Test
  void aPeersLastWordsAreOneLineOfBoundedLength() {
    try (EmbeddedLink embedded = watched()) {
      embedded.admit();
      embedded.receive(
          Message.newBuilder()
              .setDisconnect(DisconnectMessage.newBuilder().setDetails("a\nb".repeat(10_000)))
              .build());
      embedded.channel.runPendingTasks();
      assertThat(ends).hasSize(1);
      assertThat(ends.getFirst().details())
          .startsWith("a?ba?b")
          .doesNotContain("\n")
          .hasSizeLessThan(300);
    }
  }

  /** Many may come and go within a write timeout; an embedded channel's own close ends timers. */
  @Test
  void aClosedChannelLeavesNoTimerBehind() {
    try (EmbeddedLink embedded = watched()) {
      NothingLeaves socket = new NothingLeaves();
      embedded.channel.pipeline().addFirst(socket);
      OutboundFrame frame = frame(embedded.link, 10);
      embedded.link.send(frame, Delivery.IGNORED);
      frame.release();
      embedded.link.fail(CloseReason.PROTOCOL_ERROR, "test", Operation.READ);
      embedded.channel.runPendingTasks();
      assertThat(embedded.channel.runScheduledPendingTasks()).isPositive();

      var _ = embedded.channel.pipeline().close();
      embedded.channel.runPendingTasks();
      assertThat(embedded.channel.isOpen()).isFalse();
      assertThat(embedded.channel.runScheduledPendingTasks()).as("no timer").isEqualTo(-1);
      socket.failAll();
    }
  }

  @Test
  void aGoodbyeThatIsTooLargeIsNotSaid() {
    try (EmbeddedLink embedded = watched()) {
      embedded.link.close(CloseReason.REQUESTED, "x".repeat(EmbeddedLink.MAX_MESSAGE_SIZE));
      embedded.channel.runPendingTasks();
      assertThat(embedded.channel.isOpen()).isFalse();
      assertThat(ends).hasSize(1);
    }
  }

  @Test
  void smallFramesOfOneTurnLeaveInOneWriteBetweenLargeOnesInTheirOrder() throws Exception {
    try (EmbeddedLink embedded = watched()) {
      HeldWrites socket = new HeldWrites();
      embedded.channel.pipeline().addFirst(socket);
      List<Integer> written = new ArrayList<>();
      int[] sizes = {10, 20, Link.SMALL_FRAME, 30};
      for (int size : sizes) {
        OutboundFrame frame = frame(embedded.link, size);
        embedded.link.send(
            frame,
            failure -> {
              assertThat(failure).isNull();
              written.add(size);
            });
        frame.release();
      }
      embedded.channel.runPendingTasks();
      assertThat(socket.count()).as("two together, the large one, the last").isEqualTo(3);
      assertThat(embedded.link.queuedBytes()).isEqualTo(embedded.outbound.held());
      socket.takeAll();
      assertThat(written).containsExactly(10, 20, Link.SMALL_FRAME, 30);
      assertThat(embedded.link.queuedBytes()).isZero();
      assertThat(embedded.outbound.held()).isZero();
      assertThat(embedded.link.messagesWritten()).isEqualTo(4);
    }
  }

  /** Else a broadcast would exist once for each reader that stands still. */
  @Test
  void aSocketThatTakesNothingIsGivenCopiesUpToABoundAndSharesTheRest() {
    try (EmbeddedLink embedded = watched()) {
      HeldWrites socket = new HeldWrites();
      embedded.channel.pipeline().addFirst(socket);
      OutboundFrame frame = frame(embedded.link, 1000);
      int many = 500;
      for (int i = 0; i < many; i++) {
        embedded.link.send(frame, Delivery.IGNORED);
        embedded.channel.runPendingTasks();
      }
      assertThat(embedded.link.queuedBytes()).isEqualTo(many * (long) frame.size());
      assertThat(embedded.outbound.held())
          .isBetween((long) Link.MOST_COPIED / 2, (long) Link.MOST_COPIED + frame.size());
      frame.release();
      socket.takeAll();
      assertThat(embedded.outbound.held()).isZero();
    }
  }

  @Test
  void whatWasNotWrittenWhenTheLinkEndsHasItsFateAndIsGivenBack() {
    try (EmbeddedLink embedded = watched()) {
      List<@Nullable TransportException> failures = new ArrayList<>();
      OutboundFrame frame = frame(embedded.link, 10);
      embedded.link.send(frame, failures::add);
      frame.release();
      assertThat(embedded.link.answer(4)).isNotNull();
      embedded.link.abort(CloseReason.REQUESTED, "enough");
      embedded.channel.runPendingTasks();
      assertThat(failures).hasSize(1);
      assertThat(embedded.link.queuedBytes()).isZero();
      assertThat(embedded.outbound.held()).isZero();
    }
  }

  @Test
  void everyFrameHasOneFateAndIsGivenBackHoweverTheEndAndTheSendersMeet() throws Exception {
    int senders = 4;
    int each = 50;
    try (ServerFixture fixture = new ServerFixture(new ServerFixture.Settings())) {
      for (int round = 0; round < 60; round++) {
        try (RawSocketPeer peer = fixture.connect()) {
          String id = fixture.admitted(peer);
          Link link = ((NettyConnection) fixture.server.connection(id).orElseThrow()).link();
          AtomicInteger[] fates = new AtomicInteger[senders * each];
          CountDownLatch go = new CountDownLatch(1);
          CountDownLatch done = new CountDownLatch(senders);
          for (int sender = 0; sender < senders; sender++) {
            int first = sender * each;
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = first; i < first + each; i++) {
                    AtomicInteger fate = new AtomicInteger();
                    fates[i] = fate;
                    OutboundFrame frame = frame(link, 1000);
                    if (i == first) {
                      await(go);
                    }
                    link.send(frame, failure -> fate.incrementAndGet());
                    frame.release();
                  }
                  done.countDown();
                });
          }
          go.countDown();
          switch (round % 3) {
            case 0 -> link.abort(CloseReason.REQUESTED, "at once");
            case 1 -> {
              link.close(CloseReason.REQUESTED, "in order");
              peer.shutdownOutput();
            }
            default -> peer.reset();
          }
          await(done);
          Await.until("the link is gone", () -> !link.channel().isOpen());
          for (AtomicInteger fate : fates) {
            Await.until("the frame's fate is known", () -> fate.get() > 0);
          }
          Await.until("all is given back", () -> link.context().frames().budget().held() == 0);
          assertThat(fates).allSatisfy(fate -> assertThat(fate).hasValue(1));
          assertThat(link.queuedBytes()).isZero();
        }
      }
    }
  }

  /** A socket that takes nothing. */
  private static final class NothingLeaves extends ChannelOutboundHandlerAdapter {

    private final List<ChannelPromise> unwritten = new ArrayList<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise written) {
      ReferenceCountUtil.release(message);
      unwritten.add(written);
    }

    void failAll() {
      unwritten.forEach(written -> written.tryFailure(new ClosedChannelException()));
    }
  }

  private EmbeddedLink watched() {
    EmbeddedLink embedded = new EmbeddedLink();
    embedded.link.onEnd((reason, details) -> ends.add(new Ended(reason, details)));
    return embedded;
  }

  private static void fire(EmbeddedLink embedded, Throwable cause) {
    embedded.channel.pipeline().fireExceptionCaught(cause);
    embedded.channel.runPendingTasks();
  }

  private static OutboundFrame frame(Link link, int bytes) {
    return link.context()
        .frames()
        .encode(
            Message.newBuilder()
                .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[bytes])))
                .build());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
