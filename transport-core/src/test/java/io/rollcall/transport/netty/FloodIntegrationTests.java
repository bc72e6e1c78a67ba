package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.EpollSocketChannel;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A peer that sends without end is slowed by not being read; it costs neither memory nor others.
 */
class FloodIntegrationTests {

  private static final int KIB = 1024;
  private static final int TINY_WINDOW = 4 * KIB;

  /** More than every buffer between the two ends together has room for. */
  private static final int FLOOD_BYTES = 128 << 20;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ServerFixture.Settings settings = new ServerFixture.Settings();
  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<InboundMessage> handled = new LinkedBlockingQueue<>();

  FloodIntegrationTests() {
    settings.metrics = new MicrometerTransportMetrics(meters);
    settings.maxMessageSize = 64 * KIB;
    settings.outboundBuffer = 128 * KIB;
    // The flooder's messages are held up, all others' are not.
    settings.handler =
        Optional.of(message -> {
          if (message.message().getSenderId().equals("flood")) {
            await(release);
          }
          handled.add(message);
        });
  }

  @AfterEach
  void releaseHandlers() {
    release.countDown();
  }

  @Test
  void aPeerThatPingsAndDoesNotReadTheAnswersIsHardlyReadItself() throws Exception {
    Message ping = Message.newBuilder().setPing(Ping.newBuilder().setTimestamp(9)).build();
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = fixture.connect();
        RawSocketPeer peer = RawSocketPeer.connect(fixture.server.address(), TINY_WINDOW)) {
      String otherId = fixture.admitted(other);
      String id = fixture.admitted(peer);
      Flood flood = new Flood(peer, ping);
      flood.awaitBlocked();
      Link link = Holdings.link(fixture, id);
      // What is owed is 64 answers at most, and others are answered.
      Await.until("answers wait", () -> link.queuedBytes() > 0);
      assertThat(link.queuedBytes()).isLessThan(64 * 64);
      for (int i = 0; i < 50; i++) {
        other.ping(100 + i);
        serves(other);
      }
      assertThat(link.bytesRead()).isLessThan(FLOOD_BYTES / 16);
      assertThat(outbound()).isLessThan(0.01);
      assertThat(fixture.server.connection(id)).as("it is slowed, not closed").isPresent();
      peer.reset();
      flood.awaitEnd();
      Holdings.of(fixture, otherId).awaitGivenBack();
    }
  }

  @Test
  void votesForABusyHandlerWaitInTheirSenderAndNotHere() throws Exception {
    floodBlocks(
        Message.newBuilder()
            .setSenderId("flood")
            .setVote(Vote.newBuilder().setSenderChainId(ByteString.fromHex("d903")))
            .build());
  }

  @Test
  void payloadsNobodyKnowsWaitInTheirSenderAndNotHere() throws Exception {
    // Field 999 is none of a Message.
    floodBlocks(
        Message.parseFrom(
            Message.newBuilder()
                .setSenderId("flood")
                .build()
                .toByteString()
                .concat(ByteString.fromHex("ba3e0568656c6c6f"))));
  }

  @Test
  void largeMessagesForABusyHandlerWaitInTheirSenderAndNotHere() throws Exception {
    floodBlocks(large());
  }

  private void floodBlocks(Message message) throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = fixture.connect();
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(other);
      String id = fixture.admitted(peer);
      Link link = Holdings.link(fixture, id);
      Flood flood = new Flood(peer, message);
      Await.until("it is not read", () -> !Holdings.onLoop(link, link::reading));
      flood.awaitBlocked();
      long taken = link.bytesRead();
      assertThat(link.messagesRead()).isLessThan(1100);
      // One queue of the dispatcher, one message beside it, and what one read brought.
      assertThat(taken).isLessThan(4L * settings.maxMessageSize);
      assertThat(queued()).isBetween(1.0, 1024.0);
      for (int i = 0; i < 50; i++) {
        other.ping(100 + i);
        serves(other);
      }
      assertThat(link.bytesRead()).isEqualTo(taken);
      assertThat(fixture.server.connection(id)).as("it is slowed, not closed").isPresent();
      peer.reset();
      flood.awaitEnd();
      release.countDown();
    }
  }

  @Test
  void whatAPeerSentBeforeTheEndOfItsStreamIsHandledThoughTheHandlerWasBusy() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = fixture.connect();
        RawSocketPeer peer = fixture.connect()) {
      String otherId = fixture.admitted(other);
      String id = fixture.admitted(peer);
      Link link = Holdings.link(fixture, id);
      Holdings holdings = Holdings.of(fixture, otherId);
      peer.send(many(large(), 5));
      Await.until("two messages came behind the ping", () -> link.messagesRead() >= 3);
      peer.shutdownOutput();
      // Some kinds of channel take the rest unasked now, and some do not.
      release.countDown();
      for (int i = 0; i < 5; i++) {
        InboundMessage message = handled.poll(10, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        assertThat(message.message()).isEqualTo(large());
      }
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.END_OF_STREAM);
      holdings.awaitGivenBack();
    }
  }

  /**
   * A stream's end comes behind all that was sent before it, so only to a socket that has room for
   * that: what nobody asks for is little here, and leaves when nothing else waits to be read.
   */
  @Test
  void whatComesUnaskedWithTheEndOfAStreamCountsTowardTheInboundBuffer() throws Exception {
    settings.maxMessageSize = 8 * KIB;
    settings.inboundBuffer = 8 * KIB;
    Message message = block(6 * KIB);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = fixture.connect();
        RawSocketPeer peer = fixture.connect()) {
      String otherId = fixture.admitted(other);
      String id = fixture.admitted(peer);
      Link link = Holdings.link(fixture, id);
      assumeThat(link.channel()).isInstanceOf(EpollSocketChannel.class);
      Holdings holdings = Holdings.of(fixture, otherId);
      peer.send(many(message, 2));
      Await.until("the second message found no room", () -> !Holdings.onLoop(link, link::reading));

      peer.send(many(message, 3)).shutdownOutput();

      DisconnectMessage goodbye = peer.readDisconnect();
      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      assertThat(goodbye.getDetails()).contains("inbound-buffer");
      serves(other);
      release.countDown();
      assertThat(fixture.recorded.nextClosed().connection().id()).isEqualTo(id);
      holdings.awaitGivenBack();
    }
  }

  private void serves(RawSocketPeer other) throws InterruptedException {
    other.send(Message.newBuilder().setSenderId("other").build());
    InboundMessage message = handled.poll(10, TimeUnit.SECONDS);
    assertThat(message).isNotNull();
    assertThat(message.message().getSenderId()).isEqualTo("other");
  }

  private static Message large() {
    return block(60 * KIB);
  }

  private static Message block(int size) {
    return Message.newBuilder()
        .setSenderId("flood")
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[size])))
        .build();
  }

  private static byte[] many(Message message, int count) {
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      many.writeBytes(RawSocketPeer.frame(message.toByteString()));
    }
    return many.toByteArray();
  }

  private double queued() {
    return meters.get(TransportMeters.WORKER_POOL_QUEUE_SIZE.meterName()).gauge().value();
  }

  private double outbound() {
    return meters
        .get(TransportMeters.BUFFER_UTILIZATION.meterName())
        .tag("type", "outbound")
        .gauge()
        .value();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** One message again and again, as fast as the other end takes it. */
  private static final class Flood {
    private final AtomicLong sent = new AtomicLong();
    private final Thread thread;

    Flood(RawSocketPeer peer, Message message) {
      byte[] bytes = many(message, 1 + 16 * KIB / message.getSerializedSize());
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  while (sent.get() < FLOOD_BYTES) {
                    peer.send(bytes);
                    sent.addAndGet(bytes.length);
                  }
                } catch (UncheckedIOException ended) {
                  // As it should, when the other end closes.
                }
              });
    }

    /** Waits until nothing more leaves: for as long as 200 looks, a millisecond apart. */
    void awaitBlocked() {
      long[] last = {-1, 0};
      Await.until(
          "the flood is held up",
          () -> {
            last[1] = sent.get() == last[0] && last[0] > 0 ? last[1] + 1 : 0;
            last[0] = sent.get();
            return last[1] > 200;
          });
      assertThat(sent).as("bytes that left").hasValueLessThan(FLOOD_BYTES);
    }

    void awaitEnd() throws InterruptedException {
      assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    }
  }
}
