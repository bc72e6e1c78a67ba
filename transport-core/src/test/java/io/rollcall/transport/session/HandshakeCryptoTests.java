package io.rollcall.transport.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakeCryptoTests {

  private static final NetworkAddress A = address(1);
  private static final NetworkAddress B = address(2);
  private static final NetworkAddress C = address(3);
  private static final String STUCK = "stuck";

  private final CountDownLatch began = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<String> judged = Collections.synchronizedList(new ArrayList<>());
  private final List<String> threads = Collections.synchronizedList(new ArrayList<>());
  private final HandshakeCrypto crypto = new HandshakeCrypto(1, 4);

  @AfterEach
  void close() {
    release.countDown();
    crypto.close();
  }

  @Test
  void judgesOnItsOwnNamedThread() throws Exception {
    assertThat(verify(A, "a1").get(10, SECONDS)).isInstanceOf(HandshakeResult.Accepted.class);

    assertThat(threads).containsExactly("handshake-crypto-1");
  }

  @Test
  void takesAddressesInTurnHoweverManyOneOfThemSends() throws Exception {
    stick();
    var a1 = verify(A, "a1");
    var a2 = verify(A, "a2");
    var a3 = verify(A, "a3");
    var b1 = verify(B, "b1");
    release.countDown();
    CompletableFuture.allOf(a1, a2, a3, b1).get(10, SECONDS);

    assertThat(judged).containsExactly(STUCK, "a1", "b1", "a2", "a3");
  }

  @Test
  void refusesTheNewestAtTheBound() throws Exception {
    stick();
    var a1 = verify(A, "a1");
    var b1 = verify(B, "b1");
    var c1 = verify(C, "c1");
    var d1 = verify(address(4), "d1");
    var e1 = verify(address(5), "e1");

    assertThrottled(e1);
    assertThat(crypto.waiting()).isEqualTo(4);
    release.countDown();
    CompletableFuture.allOf(a1, b1, c1, d1).get(10, SECONDS);
    assertThat(judged).doesNotContain("e1");
  }

  @Test
  void atTheBoundAnAddressThatFloodsDoesNotPushOutOthers() throws Exception {
    stick();
    var a1 = verify(A, "a1");
    var a2 = verify(A, "a2");
    var a3 = verify(A, "a3");
    var a4 = verify(A, "a4");

    var a5 = verify(A, "a5");
    assertThrottled(a5);
    var b1 = verify(B, "b1");
    assertThrottled(a4);
    release.countDown();
    CompletableFuture.allOf(a1, a2, a3, b1).get(10, SECONDS);
    assertThat(judged).containsExactly(STUCK, "a1", "b1", "a2", "a3");
  }

  @Test
  void takesTheAddressesOfOneIpv6NetworkForOne() throws Exception {
    stick();
    var a1 = verify(NetworkAddressTests.network("2001:db8::1"), "a1");
    var a2 = verify(NetworkAddressTests.network("2001:db8::2"), "a2");
    var b1 = verify(NetworkAddressTests.network("2001:db8:0:1::1"), "b1");
    release.countDown();
    CompletableFuture.allOf(a1, a2, b1).get(10, SECONDS);

    assertThat(judged).containsExactly(STUCK, "a1", "b1", "a2");
  }

  @Test
  void sparesTheCheckOfAHelloThatWasCancelled() throws Exception {
    stick();
    var a1 = verify(A, "a1");
    var a2 = verify(A, "a2");
    a1.cancel(false);
    release.countDown();
    a2.get(10, SECONDS);

    assertThat(judged).containsExactly(STUCK, "a2");
  }

  @Test
  void aFaultOfOursFailsThatHelloAndNoOther() throws Exception {
    assertThatThrownBy(() -> verify(A, "fault").get(10, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("fault");

    assertThat(verify(A, "a1").get(10, SECONDS)).isInstanceOf(HandshakeResult.Accepted.class);
  }

  @Test
  void closingRefusesWhatWaitsAndWhatComesLater() throws Exception {
    stick();
    var a1 = verify(A, "a1");
    Thread closer = Thread.ofVirtual().start(crypto::close);

    assertRefused(a1, CloseReason.REQUESTED);
    release.countDown();
    assertThat(closer.join(Duration.ofSeconds(10))).isTrue();
    assertRefused(verify(A, "a2"), CloseReason.REQUESTED);
    assertThat(judged).containsExactly(STUCK);
  }

  @Test
  void mayBeClosedTwice() {
    crypto.close();
    crypto.close();
  }

  /** Keeps the only thread busy until {@code release}. */
  private void stick() throws InterruptedException {
    var stuck = verify(address(99), STUCK);
    assertThat(began.await(10, SECONDS)).isTrue();
    assertThat(stuck).isNotDone();
  }

  private CompletableFuture<HandshakeResult> verify(NetworkAddress from, String name) {
    return crypto.judge(from, () -> CompletableFuture.completedFuture(judge(name)));
  }

  private HandshakeResult judge(String name) {
    judged.add(name);
    threads.add(Thread.currentThread().getName());
    switch (name) {
      case STUCK -> {
        began.countDown();
        try {
          assertThat(release.await(10, SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      case "fault" -> throw new IllegalStateException("fault");
      default -> {}
    }
    return new HandshakeResult.Accepted(
        new PeerIdentity.Unauthenticated(),
        HandshakeVersion.NONE,
        Compression.NONE,
        HandshakeResponse.getDefaultInstance());
  }

  private static void assertThrottled(CompletableFuture<HandshakeResult> result) throws Exception {
    assertRefused(result, CloseReason.THROTTLED);
  }

  private static void assertRefused(CompletableFuture<HandshakeResult> result, CloseReason reason)
      throws Exception {
    assertThat(result.get(10, SECONDS))
        .isInstanceOfSatisfying(
            HandshakeResult.Rejected.class,
            rejected -> {
              assertThat(rejected.reason()).isEqualTo(reason);
              assertThat(rejected.response().orElseThrow().getAccepted()).isFalse();
              assertThat(rejected.response().orElseThrow().getError())
                  .isEqualTo(rejected.details());
            });
  }

  private static NetworkAddress address(int last) {
    return NetworkAddressTests.network("10.0.0." + last);
  }
}
