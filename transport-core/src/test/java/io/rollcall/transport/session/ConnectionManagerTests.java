package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionLimitException;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.UnknownPeerException;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ConnectionManager.Admitted;
import io.rollcall.transport.testing.ConnectionInfos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionManagerTests {

  private final AtomicLong now = new AtomicLong();
  private final ConnectionManager<Peer> manager =
      new ConnectionManager<>(3, TransportMetrics.NOOP, now::get);

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
  void findsAConnectionThatIsGoneUntilItsLastMessageWasHandled() {
    Peer peer = new Peer("1", "seq-A");
    manager.add(peer, ConnectionManagerTests::nothing);
    assertThat(manager.findUntilHandled("1")).as("open").contains(peer);
    manager.remove(peer);
    assertThat(manager.find("1")).isEmpty();
    assertThat(manager.findUntilHandled("1")).as("gone").contains(peer);
    manager.handled(peer);
    assertThat(manager.findUntilHandled("1")).as("handled to the end").isEmpty();
  }

  @Test
  void saysThatItIsFullBeforeAnythingElseHappens() {
    for (int i = 0; i < manager.limit(); i++) {
      manager.add(new Peer("p" + i, "x" + i), ConnectionManagerTests::nothing);
    }
    AtomicInteger told = new AtomicInteger();
    assertThatThrownBy(() -> manager.add(new Peer("late", "y"), told::incrementAndGet))
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
      Peer peer = new Peer("p" + i, "x" + i);
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
  void theNewestOfAnIdentityTakesThePlaceOfTheOldestBeyondWhatItMayHave() {
    Peer one = new Peer("1", trusted("a", 2));
    Peer two = new Peer("2", trusted("a", 2));
    Peer three = new Peer("3", trusted("a", 2));
    assertThat(add(one)).isEqualTo(new Admitted<>(List.of(), List.of(), Optional.empty()));
    assertThat(add(two)).isEqualTo(new Admitted<>(List.of(), List.of(), Optional.empty()));
    assertThat(add(three)).isEqualTo(new Admitted<>(List.of(one), List.of(one), Optional.empty()));
    assertThat(manager.all()).containsExactly(two, three);
    assertThat(manager.findByIdOrIdentity("a")).containsExactly(two, three);
    assertThat(manager.remove(one)).as("it is out already").isFalse();
  }

  @Test
  void whoProvedNothingIsTheSameAsNobody() {
    Peer one = new Peer("1", new PeerIdentity.Unauthenticated());
    Peer two = new Peer("2", new PeerIdentity.Unauthenticated());
    assertThat(add(one).replaced()).isEmpty();
    assertThat(add(two).replaced()).isEmpty();
    assertThat(manager.count()).isEqualTo(2);
  }

  @Test
  void unknownKeysAreComparedWholeAndNotByTheirLabel() {
    Peer one = new Peer("1", unknown("02aabbcc01"));
    Peer two = new Peer("2", unknown("02aabbcc02"));
    Peer again = new Peer("3", unknown("02aabbcc01"));
    add(one);
    assertThat(add(two).replaced()).isEmpty();
    assertThat(two.identity().label()).isEqualTo(one.identity().label());
    assertThat(add(again).replaced()).containsExactly(one);
    assertThat(manager.all()).containsExactly(two, again);
  }

  @Test
  void aReplacementNeedsNoRoom() {
    Peer old = new Peer("1", trusted("a", 1));
    add(old);
    add(new Peer("2", "b"));
    add(new Peer("3", "c"));
    assertThat(add(new Peer("4", trusted("a", 1))).replaced()).containsExactly(old);
    assertThat(manager.count()).isEqualTo(3);
    assertThatThrownBy(() -> add(new Peer("5", "d"))).isInstanceOf(ConnectionLimitException.class);
  }

  @Test
  void atTheLimitTheNewestStrangerGivesWayToATrustedPeer() {
    Peer first = new Peer("1", new PeerIdentity.Unauthenticated());
    Peer second = new Peer("2", unknown("02aabbcc01"));
    Peer trusted = new Peer("3", trusted("a", 1));
    List.of(first, second, trusted).forEach(this::add);
    assertThatThrownBy(() -> add(new Peer("late", unknown("02aabbcc02"))))
        .isInstanceOf(ConnectionLimitException.class);

    assertThat(add(new Peer("4", trusted("b", 1))).forRoom()).contains(second);
    assertThat(add(new Peer("5", trusted("c", 1))).forRoom()).contains(first);
    assertThat(manager.all()).extracting(Peer::id).containsExactly("3", "4", "5");
    assertThatThrownBy(() -> add(new Peer("6", trusted("d", 1))))
        .isInstanceOf(ConnectionLimitException.class);
    assertThat(add(new Peer("7", trusted("a", 1))))
        .as("it needs no room")
        .isEqualTo(new Admitted<>(List.of(trusted), List.of(trusted), Optional.empty()));
  }

  @Test
  void aConnectionWhoseEndWasSeenIsNoReplacementButIsWaitedFor() {
    Peer before = new Peer("0", trusted("a", 1));
    add(before);
    for (int i = 1; i <= 20; i++) {
      before.ended = true;
      Peer next = new Peer("p" + i, trusted("a", 1));
      assertThat(add(next)).isEqualTo(new Admitted<>(List.of(), List.of(before), Optional.empty()));
      finish(before);
      before = next;
    }
    assertThat(manager.all()).containsExactly(before);
  }

  @Test
  void fromTheThirdReplacementInAMinuteOnTheNewcomerIsRefusedAndThePresentOneProbed() {
    Peer present = replacedTwice();
    AtomicInteger told = new AtomicInteger();
    assertThatThrownBy(() -> manager.add(new Peer("late", trusted("a", 1)), told::incrementAndGet))
        .isInstanceOf(ReplacementThrottledException.class);
    assertThat(told).hasValue(0);
    assertThat(present.probes).isEqualTo(1);
    assertThat(manager.all()).containsExactly(present);

    present.unanswered = Duration.ofSeconds(5);
    assertThat(add(new Peer("late", trusted("a", 1))).replaced()).containsExactly(present);
  }

  @Test
  void anIdentityWithTooMuchThatIsNotHandledGetsNoFurtherConnection() {
    for (int i = 0; i < 3; i++) {
      Peer peer = new Peer("p" + i, trusted("a", 1));
      add(peer);
      manager.remove(peer);
    }
    assertThatThrownBy(() -> add(new Peer("p3", trusted("a", 1))))
        .isInstanceOf(ReplacementThrottledException.class)
        .hasMessageContaining("still being handled");
    manager.handled(new Peer("p0", trusted("a", 1)));
    assertThatThrownBy(() -> add(new Peer("p3", trusted("a", 1))))
        .as("another connection's end is not theirs")
        .isInstanceOf(ReplacementThrottledException.class);
  }

  private Peer replacedTwice() {
    Peer one = new Peer("1", trusted("a", 1));
    Peer two = new Peer("2", trusted("a", 1));
    Peer three = new Peer("3", trusted("a", 1));
    add(one);
    add(two);
    finish(one);
    add(three);
    finish(two);
    return three;
  }

  /**
   * They would be unbounded: who proves nothing, or a new key each time, has no identity to count.
   */
  @Test
  void strangersGetNoFurtherConnectionWhileTooMuchIsNotHandled() {
    List<Peer> gone = new ArrayList<>();
    for (int i = 0; i < 2 * manager.limit(); i++) {
      Peer stranger = new Peer("s" + i, new PeerIdentity.Unauthenticated());
      manager.add(stranger, ConnectionManagerTests::nothing);
      manager.remove(stranger);
      gone.add(stranger);
    }
    Peer next = new Peer("next", new PeerIdentity.Unauthenticated());
    assertThatThrownBy(() -> manager.add(next, ConnectionManagerTests::nothing))
        .isInstanceOf(ConnectionLimitException.class);
    manager.add(new Peer("known", trusted("a", 1)), ConnectionManagerTests::nothing);
    assertThat(manager.find("known")).as("strangers keep nobody out").isPresent();

    manager.handled(gone.get(0));
    manager.handled(gone.get(1));
    manager.add(next, ConnectionManagerTests::nothing);
    assertThat(manager.find("next")).contains(next);
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

  private Admitted<Peer> add(Peer peer) {
    return manager.add(peer, ConnectionManagerTests::nothing);
  }

  /** Everything of a replaced or removed one was handled. */
  private void finish(Peer peer) {
    manager.remove(peer);
    manager.handled(peer);
  }

  private static PeerIdentity trusted(String id, int connections) {
    return new PeerIdentity.Trusted(id, ByteString.EMPTY, Set.of(), connections, false);
  }

  private static PeerIdentity unknown(String keyHex) {
    return new PeerIdentity.Unknown(ByteString.fromHex(keyHex));
  }

  private static final class Peer implements Replaceable {

    private final String id;
    private final PeerIdentity identity;
    private boolean ended;
    private Duration lived = Duration.ZERO;
    private Duration unanswered = Duration.ZERO;
    private int probes;

    Peer(String id, String label) {
      this(id, trusted(label, 2));
    }

    Peer(String id, PeerIdentity identity) {
      this.id = id;
      this.identity = identity;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public PeerIdentity identity() {
      return identity;
    }

    @Override
    public boolean ended() {
      return ended;
    }

    @Override
    public Duration lived() {
      return lived;
    }

    @Override
    public Duration unanswered() {
      return unanswered;
    }

    @Override
    public void probe() {
      probes++;
    }

    @Override
    public ConnectionInfo info() {
      return ConnectionInfos.trusted(id);
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
    public CompletionStage<Void> sendAll(List<Message> messages) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> close(CloseReason reason, String details) {
      throw new UnsupportedOperationException();
    }
  }
}
