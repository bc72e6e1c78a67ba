package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What happens at the bounds: who is slowed, who is closed, and that nobody else notices. */
class PressureIntegrationTests {

  private static final int KIB = 1024;
  private static final int TINY_WINDOW = 4 * KIB;

  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  @Test
  void closesAPeerThatDoesNotReadAndServesTheOthers() throws Exception {
    settings.maxMessageSize = 128 * KIB;
    settings.outboundBuffer = 256 * KIB;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer slow = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW);
        RawSocketPeer good = fixture.connect()) {
      String slowId = fixture.admitted(slow);
      String goodId = fixture.admitted(good);
      Message large = block(100 * KIB);
      BroadcastResult last = new BroadcastResult(java.util.List.of(), java.util.Map.of());
      for (int i = 0; i < 500 && !last.failed().containsKey(slowId); i++) {
        CompletableFuture<BroadcastResult> sent =
            fixture.server.broadcast(large, Set.of()).toCompletableFuture();
        assertThat(good.readMessage().getBlock()).isEqualTo(large.getBlock());
        if (sent.isDone()) {
          last = sent.get();
        }
      }
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.connection().id()).isEqualTo(slowId);
      assertThat(closed.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
      assertThat(fixture.server.connections()).extracting("id").containsExactly(goodId);
      good.ping(2);
    }
  }

  @Test
  void closesAPeerForWhichAByteWaitsTooLong() {
    settings.writeTimeout = Duration.ofMillis(200);
    settings.outboundBuffer = 64L << 20;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer slow = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW)) {
      String id = fixture.admitted(slow);
      for (int i = 0; i < 60; i++) {
        var _ = fixture.server.send(id, block(1000 * KIB));
      }
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
      assertThat(closed.details()).contains("write-timeout");
    }
  }

  @Test
  void closesTheOneWithMostQueuedWhenAllTogetherHoldTooMuch() throws Exception {
    settings.outboundBuffer = 24L << 20;
    settings.outboundBufferTotal = 24L << 20;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer most = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW);
        RawSocketPeer less = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW)) {
      String mostId = fixture.admitted(most);
      String lessId = fixture.admitted(less);
      for (int i = 0; i < 10; i++) {
        var _ = fixture.server.send(lessId, block(1000 * KIB));
      }
      for (int i = 0; i < 20; i++) {
        var _ = fixture.server.send(mostId, block(1000 * KIB));
      }
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.connection().id()).isEqualTo(mostId);
      assertThat(closed.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
      assertThat(closed.details()).contains("outbound-buffer-total");
      assertThat(fixture.server.connections()).extracting("id").containsExactly(lessId);
    }
  }

  @Test
  void holdsASharedBroadcastOnlyOnce() {
    settings.outboundBuffer = 32L << 20;
    settings.outboundBufferTotal = 32L << 20;
    // The last one does not read before all others have got everything.
    settings.writeTimeout = Duration.ofMinutes(5);
    try (ServerFixture fixture = new ServerFixture(settings)) {
      RawSocketPeer[] slow = new RawSocketPeer[4];
      for (int i = 0; i < slow.length; i++) {
        slow[i] = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW);
        fixture.admitted(slow[i]);
      }
      // 20 MB once, 80 MB if each recipient's copy counted.
      for (int i = 0; i < 20; i++) {
        var _ = fixture.server.broadcast(block(1000 * KIB), Set.of());
      }
      for (RawSocketPeer peer : slow) {
        for (int i = 0; i < 20; i++) {
          assertThat(peer.readMessage().hasBlock()).isTrue();
        }
        peer.close();
      }
    }
  }

  @Test
  void stopsReadingWhileTheHandlerIsBusyAndLosesNothing() throws Exception {
    settings.maxMessageSize = 64 * KIB;
    Semaphore permits = new Semaphore(0);
    AtomicInteger handled = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(500);
    settings.handler =
        Optional.of(message -> {
          permits.acquireUninterruptibly();
          handled.incrementAndGet();
          all.countDown();
        });
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect();
        RawSocketPeer other = fixture.connect()) {
      String id = fixture.admitted(peer);
      byte[] frame = RawSocketPeer.frame(block(32 * KIB).toByteString());
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 500; i++) {
                  peer.send(frame);
                }
              });
      other.ping(5); // Others are served meanwhile.
      // 16 MB were sent or wait; taken in is a queue, a read, and nothing more.
      Await.until(
          "two messages wait",
          () -> fixture.server.connection(id).orElseThrow().info().messagesRead() >= 3);
      other.ping(6);
      assertThat(fixture.server.connection(id).orElseThrow().info().bytesRead())
          .isLessThan(300 * KIB);
      permits.release(500);
      assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(sender.join(Duration.ofSeconds(10))).isTrue();
      assertThat(handled).hasValue(500);
      peer.ping(2);
    }
  }

  @Test
  void slowsDownAPeerThatFloodsPings() {
    settings.maxMessageSize = 64 * KIB;
    settings.outboundBuffer = 64 * KIB;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW)) {
      String id = fixture.admitted(peer);
      byte[] pings = pings(2000);
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 50; i++) {
                  peer.send(pings);
                }
              });
      int pongs = 0;
      while (pongs < 50 * 2000) {
        Message message = peer.readMessage();
        // When this lasts, the server pings too.
        assertThat(message.hasPong() || message.hasPing()).isTrue();
        pongs += message.hasPong() ? 1 : 0;
      }
      assertThat(fixture.server.connection(id)).isPresent();
      assertThat(sender.isAlive() && fixture.recorded.hasMessage()).isFalse();
    }
  }

  @Test
  void closesTheConnectionThatHoldsMostOfTheInboundBuffer() {
    settings.maxMessageSize = 256 * KIB;
    settings.inboundBuffer = 256 * KIB;
    settings.outboundBuffer = 512 * KIB;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer greedy = fixture.connect();
        RawSocketPeer modest = fixture.connect()) {
      String greedyId = fixture.admitted(greedy);
      fixture.admitted(modest);
      byte[] frame = RawSocketPeer.frame(block(200 * KIB).toByteString());
      greedy.send(java.util.Arrays.copyOf(frame, 190 * KIB));
      Await.until(
          "most of it came",
          () -> fixture.server.connection(greedyId).orElseThrow().info().bytesRead() > 190 * KIB);
      modest.send(java.util.Arrays.copyOf(frame, 100 * KIB));
      DisconnectMessage disconnect = greedy.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      greedy.expectEndOfStream();
      assertThat(fixture.recorded.nextClosed().connection().id()).isEqualTo(greedyId);
      modest.send(java.util.Arrays.copyOfRange(frame, 100 * KIB, frame.length));
      assertThat(fixture.recorded.nextMessage().message()).isEqualTo(block(200 * KIB));
    }
  }

  @Test
  void stopCutsAPeerThatDoesNotRead() {
    settings.stopTimeout = Duration.ofMillis(300);
    settings.outboundBuffer = 64L << 20;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer slow = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW)) {
      String id = fixture.admitted(slow);
      for (int i = 0; i < 30; i++) {
        var _ = fixture.server.send(id, block(1000 * KIB));
      }
      long start = System.nanoTime();
      fixture.server.stop();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
      assertThat(fixture.server.connectionCount()).isZero();
    }
  }

  private static Message block(int size) {
    return Message.newBuilder()
        .setSenderId("x")
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[size])))
        .build();
  }

  private static byte[] pings(int count) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] ping =
        RawSocketPeer.frame(
            Message.newBuilder().setPing(Ping.newBuilder().setTimestamp(9)).build().toByteString());
    for (int i = 0; i < count; i++) {
      all.writeBytes(ping);
    }
    return all.toByteArray();
  }
}
