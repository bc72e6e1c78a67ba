package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Starting and stopping, often and at the worst moment. */
class StartStopIntegrationTests {

  private static final int TIMES = 1000;
  private static final int WARM_UP = 100;

  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  /** What a process has; no more of it may be there after the thousandth time. */
  private record Footprint(long threads, long descriptors, long directBytes) {

    static Footprint now() {
      return new Footprint(
          running(),
          Holdings.descriptors(),
          ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory());
    }

    private static long running() {
      return Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().matches("(transport|handshake)-.*"))
          .count();
    }

    /** Pooled memory comes in chunks that stay; what must not be is a piece for each time. */
    void awaitStillSo() {
      Await.until("threads are as few as in " + this, () -> running() <= threads);
      Await.until(
          "descriptors are as few as in " + this, () -> Holdings.descriptors() <= descriptors);
      assertThat(now().directBytes).isLessThanOrEqualTo(directBytes + (4L << 20));
    }
  }

  @Test
  void aThousandStartsAndStopsOfAServerLeaveNothingBehind() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings)) {
      fixture.server.stop();
      Footprint warm = Footprint.now();
      for (int i = 0; i < TIMES; i++) {
        fixture.server.start();
        if (i % 4 == 0) {
          connectAndBeSentAway(fixture, i % 8 == 0);
        } else {
          fixture.server.stop();
        }
        if (i == WARM_UP) {
          warm = Footprint.now();
        }
      }
      warm.awaitStillSo();
    }
  }

  /** A peer that takes its goodbye, some inside a frame. */
  private static void connectAndBeSentAway(ServerFixture fixture, boolean insideFrame)
      throws InterruptedException {
    try (RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      if (insideFrame) {
        peer.sendHex("0000ffff0a");
      }
      Thread leaving =
          Thread.ofVirtual()
              .start(() -> {
                peer.readToEnd();
                peer.shutdownOutput();
              });
      fixture.server.stop();
      assertThat(leaving.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void aThousandConnectsAndDisconnectsOfAClientLeaveNothingBehind() {
    try (ServerFixture fixture = new ServerFixture(settings)) {
      String address = "127.0.0.1:" + fixture.server.address().getPort();
      Footprint warm = Footprint.now();
      for (int i = 0; i < TIMES / 10; i++) {
        // Each of them has an event loop of its own.
        try (ClientFixture client = ClientFixture.plain(address)) {
          for (int j = 0; j < 10; j++) {
            client.client.connect();
            client.client.disconnect();
          }
          assertThat(client.client.stats().dials()).isEqualTo(10);
          assertThat(client.scheduler.waiting()).isZero();
        }
        if (i == WARM_UP / 10) {
          warm = Footprint.now();
        }
      }
      Await.until("no connection is left", () -> fixture.server.connectionCount() == 0);
      warm.awaitStillSo();
    }
  }

  @Test
  void stopSaysGoodbyeToASocketThatItAcceptedAndDidNotGetRoundTo() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<RawSocketPeer> late = new ArrayList<>();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      InetSocketAddress address = fixture.server.address();
      Link link = Holdings.link(fixture, fixture.admitted(first));
      // Sockets go to the event loops in turn, the listening one to the first and this to the
      // second. While that one is held up, one of the next is accepted and nothing more.
      link.loop().execute(() -> await(release));
      for (int i = 0; i <= settings.eventLoops; i++) {
        late.add(fixture.connect());
      }
      fixture.admitted(late.getLast());
      assertThat(fixture.server.connectionCount()).isEqualTo(late.size());

      Thread stopping = Thread.ofPlatform().start(fixture.server::stop);

      Await.until(
          "stop waits for the event loop",
          () -> stopping.getState() == Thread.State.TIMED_WAITING && refuses(address));
      release.countDown();
      for (RawSocketPeer peer : late) {
        DisconnectMessage goodbye = peer.readDisconnect();
        assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.REQUESTED);
        assertThat(goodbye.getDetails()).isEqualTo("server closing connection");
        peer.close();
      }
      first.shutdownOutput();
      assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
    } finally {
      release.countDown();
      late.forEach(RawSocketPeer::close);
    }
  }

  @Test
  void stopTakesNoNewConnectionsWhileItDrainsAndBlamesNoHandlerForPeersThatDoNotRead()
      throws Exception {
    settings.stopTimeout = Duration.ofSeconds(1);
    settings.outboundBuffer = 64L << 20;
    settings.outboundBufferTotal = 256L << 20;
    List<RawSocketPeer> deaf = new ArrayList<>();
    try (ServerFixture fixture = new ServerFixture(settings);
        LogCapture log = LogCapture.of(NettyTransportServer.class)) {
      InetSocketAddress address = fixture.server.address();
      for (int i = 0; i < 20; i++) {
        RawSocketPeer peer = RawSocketPeer.connect(address, 4 * 1024);
        deaf.add(peer);
        fixture.admitted(peer);
      }
      for (int i = 0; i < 8; i++) {
        var _ = fixture.server.broadcast(large(), Set.of());
      }
      long start = System.nanoTime();
      Thread stopping = Thread.ofPlatform().start(fixture.server::stop);
      Await.until("nobody listens any more", () -> refuses(address));
      assertThat(stopping.isAlive()).isTrue();
      assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
      assertThat(log.lines(Level.WARN))
          .containsExactly("20 connections did not drain in time and are cut");
      assertThat(fixture.server.connectionCount()).isZero();
    } finally {
      deaf.forEach(RawSocketPeer::close);
    }
  }

  private static boolean refuses(InetSocketAddress address) {
    try {
      RawSocketPeer.connect(address).close();
      return false;
    } catch (UncheckedIOException failed) {
      return failed.getCause() instanceof ConnectException;
    }
  }

  private static Message large() {
    return Message.newBuilder()
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[1000 * 1024])))
        .build();
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
