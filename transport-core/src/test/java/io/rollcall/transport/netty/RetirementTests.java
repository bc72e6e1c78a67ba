package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How long a replaced connection is read on, and that nothing that was read is lost. */
class RetirementTests {

  private static final Duration LOOK = Duration.ofMillis(1);

  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicInteger handled = new AtomicInteger();

  @Test
  void aQuietConnectionIsToldAfterAFewTurnsOfItsLoop() throws Exception {
    try (EmbeddedLink old = admitted()) {
      begin(old);
      assertThat(old.link.ended()).isFalse();
      for (int look = 0; look < 3; look++) {
        old.advance(LOOK);
      }
      DisconnectMessage told = old.nextSent().orElseThrow().getDisconnect();
      assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      assertThat(told.getDetails()).isEqualTo(Retirement.REPLACED);
    }
  }

  @Test
  void whatStillComesIsReadFirst() {
    go.countDown();
    try (EmbeddedLink old = admitted()) {
      begin(old);
      for (int look = 1; look <= 50; look++) {
        old.receive(block(1));
        old.advance(LOOK);
        assertThat(old.link.ended()).isFalse();
      }
      old.advance(LOOK);
      old.advance(LOOK);
      assertThat(old.link.ended()).isTrue();
      Await.until("all is handled", () -> handled.get() == 50);
    }
  }

  @Test
  void aPeerThatGoesOnSendingIsReadForNoMoreThanTheSocketCanHaveHeld() {
    go.countDown();
    try (EmbeddedLink old = admitted()) {
      begin(old);
      int looks = 0;
      while (!old.link.ended()) {
        int before = handled.get();
        old.receive(block(100_000));
        Await.until("it is handled", () -> handled.get() > before);
        old.advance(LOOK);
        looks++;
        assertThat(looks).isLessThan(100);
      }
      assertThat(looks).as("6 MiB, where the socket does not say").isGreaterThan(60);
    }
  }

  @Test
  void whereTheQueueStaysFullWhatWasReadIsHandledAllTheSame() {
    try (EmbeddedLink old = admitted()) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = 0; i < 3000; i++) {
        all.writeBytes(RawSocketPeer.frame(block(1).toByteString()));
      }
      old.receive(all.toByteArray());
      assertThat(old.link.reading()).isFalse();
      begin(old);
      old.advance(Retirement.LIMIT.minusMillis(100));
      assertThat(old.link.ended()).as("there may be room yet").isFalse();
      old.advance(Duration.ofMillis(200));
      assertThat(old.link.ended()).isTrue();
      go.countDown();
      Await.until("all is handled", () -> handled.get() == 3000);
    }
  }

  private static void begin(EmbeddedLink old) {
    Retirement.begin(old.link);
    old.channel.runPendingTasks();
  }

  private EmbeddedLink admitted() {
    EmbeddedLink old = new EmbeddedLink();
    var _ =
        ConnectionPipeline.admit(
            new NettyConnection(
                old.link,
                new PeerIdentity.Unauthenticated(),
                HandshakeVersion.NONE,
                Compression.NONE),
            new MessageDispatcher(
                "test-",
                EmbeddedLink.MAX_MESSAGE_SIZE,
                message -> {
                  await(go);
                  handled.incrementAndGet();
                },
                old.recorded,
                TransportMetrics.NOOP));
    return old;
  }

  private static Message block(int size) {
    return Message.newBuilder()
        .setSenderId("x")
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[size])))
        .build();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not released");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
