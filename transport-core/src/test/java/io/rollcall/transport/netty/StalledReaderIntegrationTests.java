package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A hundred real connections, one of which does not read. Every frame can be checked by itself: a
 * broadcast bears its number in every byte that follows, and a message to one peer names that peer.
 */
class StalledReaderIntegrationTests {

  private static final int PEERS = 100;
  private static final int MESSAGE_BYTES = 32 * 1024;
  private static final int BROADCASTS_BETWEEN_UNICASTS = 4;

  /** Broadcasts that the slowest of those who read may lag behind. */
  private static final int MOST_UNREAD = 4;

  /** Far more than the buffers of two sockets and the outbound buffer hold. */
  private static final int MOST_BROADCASTS = 400;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  enum Bound {
    BYTES,
    TIME
  }

  @ParameterizedTest
  @EnumSource(Bound.class)
  void oneOfAHundredThatDoesNotReadIsClosedAndNobodyElseNotices(Bound bound) throws Exception {
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.maxMessageSize = 64 * 1024;
    settings.outboundBuffer = bound == Bound.BYTES ? 512 * 1024 : 32L << 20;
    settings.outboundBufferTotal = 64L << 20;
    settings.writeTimeout = Duration.ofSeconds(bound == Bound.BYTES ? 30 : 2);
    try (ServerFixture fixture = new ServerFixture(settings);
        Crowd crowd = new Crowd(fixture)) {
      RawSocketPeer stalled = crowd.peers.getFirst();
      String stalledId = crowd.ids.getFirst();
      crowd.read(1);
      while (crowd.broadcasts.size() < MOST_BROADCASTS
          && crowd.queuedFor(stalledId) < 8 * MESSAGE_BYTES) {
        crowd.broadcast();
      }
      assertThat(crowd.queuedFor(stalledId)).isPositive();
      while (bound == Bound.BYTES
          && crowd.broadcasts.size() < MOST_BROADCASTS
          && fixture.server.connection(stalledId).isPresent()) {
        crowd.broadcast();
      }
      var closed = fixture.recorded.nextClosed();
      crowd.broadcast();
      crowd.finish();

      assertThat(closed.connection().id()).isEqualTo(stalledId);
      assertThat(closed.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
      assertThat(closed.details())
          .contains(bound == Bound.BYTES ? "outbound-buffer" : "write-timeout");
      assertThat(fixture.server.connections())
          .extracting("id")
          .containsExactlyElementsOf(crowd.ids.subList(1, PEERS));
      crowd.checkResults(stalledId);
      // What it got before is the beginning of the stream that was meant for it, and nothing else.
      byte[] got = stalled.readToEnd();
      byte[] meant = crowd.meantFor(stalledId);
      assertThat(got).isEqualTo(Arrays.copyOf(meant, got.length));
      Holdings.of(fixture, crowd.ids.getLast()).awaitGivenBack();
    }
  }

  @Test
  void theOthersAreServedAsFastWithAStalledPeerAsWithoutOne() throws Exception {
    Duration warm = timeOfBroadcasts(0);
    Duration without = timeOfBroadcasts(0);
    Duration with = timeOfBroadcasts(1);
    // Loose: both are the same work, and a wait for the stalled peer would last for half a minute.
    assertThat(with)
        .as("without: %s, warming up: %s", without, warm)
        .isLessThan(without.multipliedBy(4).plusSeconds(3));
  }

  /** How long 60 broadcasts to the others take when the first ones do not read. */
  private static Duration timeOfBroadcasts(int stalled) throws Exception {
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.maxMessageSize = 64 * 1024;
    settings.outboundBuffer = 32L << 20;
    try (ServerFixture fixture = new ServerFixture(settings);
        Crowd crowd = new Crowd(fixture)) {
      crowd.read(stalled);
      long start = System.nanoTime();
      for (int i = 0; i < 60; i++) {
        crowd.broadcast();
      }
      crowd.finish();
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }

  /** The peers, what was sent to them, and readers that check every frame against that. */
  private static final class Crowd implements AutoCloseable {

    private final ServerFixture fixture;
    private final List<RawSocketPeer> peers = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final List<CompletableFuture<Void>> read = new ArrayList<>();
    private final List<CompletableFuture<BroadcastResult>> broadcasts = new ArrayList<>();
    private final AtomicInteger[] seen = new AtomicInteger[PEERS];
    private volatile int last = -1;
    private int firstReader;

    Crowd(ServerFixture fixture) {
      this.fixture = fixture;
      for (int i = 0; i < PEERS; i++) {
        RawSocketPeer peer =
            i == 0 ? RawSocketPeer.connect(fixture.server.address(), 4 * 1024) : fixture.connect();
        peers.add(peer);
        ids.add(fixture.admitted(peer));
        seen[i] = new AtomicInteger();
      }
    }

    /** From this one on, all read. */
    void read(int first) {
      firstReader = first;
      for (int i = first; i < PEERS; i++) {
        int index = i;
        CompletableFuture<Void> done = new CompletableFuture<>();
        read.add(done);
        readers.add(Thread.ofVirtual().start(() -> read(index, done)));
      }
    }

    private void read(int index, CompletableFuture<Void> done) {
      try {
        for (int number = 0; last < 0 || number <= last; number++) {
          assertThat(peers.get(index).readMessage()).isEqualTo(broadcastNumber(number));
          if (isFollowedByUnicast(number)) {
            assertThat(peers.get(index).readMessage()).isEqualTo(unicast(ids.get(index), number));
          }
          seen[index].incrementAndGet();
        }
        done.complete(null);
      } catch (Throwable failed) {
        done.completeExceptionally(failed);
      }
    }

    /** One more to all, and to each by itself every few; waits for those who read, not longer. */
    void broadcast() {
      int number = broadcasts.size();
      broadcasts.add(
          fixture.server.broadcast(broadcastNumber(number), Set.of()).toCompletableFuture());
      if (isFollowedByUnicast(number)) {
        for (String id : ids) {
          var _ = fixture.server.send(id, unicast(id, number));
        }
      }
      Await.until(
          "all who read have got all but the last few",
          () -> {
            for (int i = firstReader; i < PEERS; i++) {
              if (seen[i].get() < number - MOST_UNREAD) {
                return false;
              }
            }
            return true;
          });
    }

    long queuedFor(String id) {
      return fixture.server.connection(id).map(connection -> connection.queuedBytes()).orElse(0L);
    }

    /** Sends the last one and waits until all who read have read everything. */
    void finish() throws Exception {
      last = broadcasts.size();
      broadcast();
      for (CompletableFuture<Void> one : read) {
        one.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
    }

    /** Every result names those who got it; only the stalled one may be missing. */
    void checkResults(String stalledId) throws Exception {
      boolean missed = false;
      for (CompletableFuture<BroadcastResult> one : broadcasts) {
        BroadcastResult result = one.get(10, TimeUnit.SECONDS);
        boolean reached = result.delivered().contains(stalledId);
        assertThat(result.delivered()).containsAll(ids.subList(1, PEERS));
        assertThat(result.delivered()).hasSize(reached ? PEERS : PEERS - 1);
        boolean failed = result.failed().containsKey(stalledId);
        assertThat(result.failed()).hasSize(failed ? 1 : 0);
        assertThat(reached && (failed || missed)).as("reached after a miss").isFalse();
        missed |= failed;
      }
      assertThat(missed).as("a result names the one who missed it").isTrue();
    }

    byte[] meantFor(String id) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int number = 0; number < broadcasts.size(); number++) {
        all.writeBytes(RawSocketPeer.frame(broadcastNumber(number).toByteString()));
        if (isFollowedByUnicast(number)) {
          all.writeBytes(RawSocketPeer.frame(unicast(id, number).toByteString()));
        }
      }
      return all.toByteArray();
    }

    @Override
    public void close() {
      peers.forEach(RawSocketPeer::close);
    }
  }

  private static boolean isFollowedByUnicast(int number) {
    return number % BROADCASTS_BETWEEN_UNICASTS == 0;
  }

  private static Message broadcastNumber(int number) {
    byte[] body = new byte[MESSAGE_BYTES];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (number * 31 + i);
    }
    return block("publisher", "all " + number, body);
  }

  private static Message unicast(String id, int number) {
    return block("publisher", id + " " + number, new byte[number % 7]);
  }

  private static Message block(String sender, String canary, byte[] body) {
    return Message.newBuilder()
        .setSenderId(sender)
        .setBlock(
            Block.newBuilder()
                .setBlockData(ByteString.copyFromUtf8(canary).concat(ByteString.copyFrom(body))))
        .build();
  }
}
