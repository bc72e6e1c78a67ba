package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionLimitException;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.UnknownPeerException;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.ConnectionInfos;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionManagerTests {

  private final ConnectionManager<Peer> manager = new ConnectionManager<>(3, TransportMetrics.NOOP);

  @Test
  void findsByIdFirstAndElseAllOfAnIdentity() {
    Peer one = new Peer("1", "seq-A");
    Peer two = new Peer("2", "seq-A");
    Peer three = new Peer("3", "seq-B");
    List.of(one, two, three).forEach(peer -> manager.add(peer, ConnectionManagerTests::nothing));
    assertThat(manager.find("2")).contains(two);
    assertThat(manager.findByIdOrIdentity("3")).containsExactly(three);
    assertThat(manager.findByIdOrIdentity("seq-A")).containsExactly(one, two);
    assertThat(manager.remove(one)).isTrue();
    assertThat(manager.remove(one)).isFalse();
    assertThat(manager.findByIdOrIdentity("seq-A")).containsExactly(two);
    assertThat(manager.findByIdOrIdentity("1")).isEmpty();
    assertThat(manager.all()).containsExactly(two, three);
    assertThat(manager.infos()).hasSize(2);
  }

  @Test
  void saysThatItIsFullBeforeAnythingElseHappens() {
    for (int i = 0; i < manager.limit(); i++) {
      manager.add(new Peer("p" + i, "x"), ConnectionManagerTests::nothing);
    }
    AtomicInteger told = new AtomicInteger();
    assertThatThrownBy(() -> manager.add(new Peer("late", "x"), told::incrementAndGet))
        .isInstanceOf(ConnectionLimitException.class)
        .hasMessageContaining("max-connections is 3");
    assertThat(told).hasValue(0);
    assertThat(manager.count()).isEqualTo(3);
  }

  @Test
  void tellsThePeerBeforeOthersCanReachIt() {
    Peer peer = new Peer("1", "x");
    manager.add(peer, () -> assertThat(manager.find("1")).isEmpty());
    assertThat(manager.find("1")).contains(peer);
  }

  @Test
  void neverHoldsMoreThanItsLimitHoweverManyComeAtOnce() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger refused = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Peer peer = new Peer("p" + i, "x");
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (!go.await(10, TimeUnit.SECONDS)) {
                    return;
                  }
                  manager.add(peer, ConnectionManagerTests::nothing);
                } catch (ConnectionLimitException full) {
                  refused.incrementAndGet();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    go.countDown();
    for (Thread thread : threads) {
      assertThat(thread.join(java.time.Duration.ofSeconds(10))).isTrue();
    }
    assertThat(manager.count()).isEqualTo(3);
    assertThat(refused).hasValue(47);
  }

  @Test
  void gathersWhatBecameOfABroadcast() throws Exception {
    Peer good = new Peer("good", "x");
    Peer bad = new Peer("bad", "x");
    Map<String, BiConsumer<Peer, @Nullable TransportException>> open = new java.util.HashMap<>();
    CompletableFuture<BroadcastResult> result =
        manager
            .broadcast(
                List.of(good, bad),
                Map.of("gone", new UnknownPeerException("gone")),
                (peer, done) -> open.put(peer.id(), done))
            .toCompletableFuture();
    finish(open, good, null);
    assertThat(result).isNotDone();
    finish(open, bad, new NotConnectedException("closed"));
    assertThat(result.get(10, TimeUnit.SECONDS).delivered()).containsExactly("good");
    assertThat(result.get(10, TimeUnit.SECONDS).failed()).containsOnlyKeys("gone", "bad");
  }

  @Test
  void aBroadcastToNobodyIsDoneAtOnce() throws Exception {
    BroadcastResult result =
        manager
            .broadcast(List.of(), Map.of(), (peer, done) -> done.accept(peer, null))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    assertThat(result.delivered()).isEmpty();
    assertThat(result.failed()).isEmpty();
  }

  private static void nothing() {}

  private static void finish(
      Map<String, BiConsumer<Peer, @Nullable TransportException>> open,
      Peer peer,
      @Nullable TransportException failure) {
    java.util.Objects.requireNonNull(open.get(peer.id())).accept(peer, failure);
  }

  private record Peer(String id, String label) implements Connection {

    @Override
    public PeerIdentity identity() {
      return new PeerIdentity.Trusted(
          label, com.google.protobuf.ByteString.EMPTY, java.util.Set.of(), 1);
    }

    @Override
    public ConnectionInfo info() {
      return ConnectionInfos.trusted(label);
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public CompletionStage<Void> send(Message message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> close(CloseReason reason, String details) {
      throw new UnsupportedOperationException();
    }
  }
}
