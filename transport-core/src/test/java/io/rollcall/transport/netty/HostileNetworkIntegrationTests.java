package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nobody who is not trusted slows down those who are. */
class HostileNetworkIntegrationTests {

  private static final int ATTACKERS = 1000;
  private static final int ADDRESSES = 200;
  private static final int TRUSTED = 100;
  private static final Duration LIMIT = Duration.ofMillis(100);

  /** The attackers run in this process, and the machine may have other things to do. */
  private static final int MOST_ROUNDS = 3;

  private final AuthManager server = TestKeys.authManager("server");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  @Test
  void trustedPeersConnectThroughAFlood() {
    connectThroughAFlood();
  }

  @Test
  void trustedPeersConnectThroughAFloodThatPushesItselfOut() {
    settings.unauthenticated = new UnauthenticatedSettings(256, 64);
    connectThroughAFlood();
  }

  private void connectThroughAFlood() {
    List<AuthManager> trusted = new ArrayList<>();
    for (int i = 0; i < MOST_ROUNDS * TRUSTED; i++) {
      trusted.add(TestKeys.authManager("trusted-" + i));
      server.addTrustedKey(TrustedEntry.of("seq-" + i, trusted.getLast().publicKey()));
    }
    settings.maxConnections = trusted.size();
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
    List<RawSocketPeer> peers = new ArrayList<>();
    try (ServerFixture fixture = new ServerFixture(settings);
        Attackers attackers = new Attackers(fixture.server.address(), ATTACKERS, ADDRESSES)) {
      // They are all there, and those that were refused have come back.
      Await.until("the attackers come back", () -> attackers.connects() > 2 * ATTACKERS);
      List<Duration> slowest = new ArrayList<>();
      do {
        int before = attackers.connects();
        int from = slowest.size() * TRUSTED;
        slowest.add(slowestButOne(fixture, trusted.subList(from, from + TRUSTED), peers));
        assertThat(fixture.server.connectionCount()).isEqualTo(peers.size());
        Await.until("they still come back", () -> attackers.connects() > before + ATTACKERS / 2);
      } while (slowest.getLast().compareTo(LIMIT) > 0 && slowest.size() < MOST_ROUNDS);
      peers.forEach(peer -> peer.ping(1));
      assertThat(slowest).anyMatch(p99 -> p99.compareTo(LIMIT) <= 0);
    } finally {
      peers.forEach(RawSocketPeer::close);
    }
  }

  /** All are served, one after another; of a hundred times the 99th. */
  private static Duration slowestButOne(
      ServerFixture fixture, List<AuthManager> trusted, List<RawSocketPeer> peers) {
    long[] took = new long[TRUSTED];
    for (int i = 0; i < TRUSTED; i++) {
      HandshakeRequest hello = hello(trusted.get(i));
      long begin = System.nanoTime();
      RawSocketPeer peer = fixture.connect();
      peers.add(peer);
      assertThat(peer.send(hello).readHandshakeResponse().getAccepted()).isTrue();
      took[i] = System.nanoTime() - begin;
    }
    Arrays.sort(took);
    return Duration.ofNanos(took[TRUSTED * 99 / 100 - 1]);
  }

  private static HandshakeRequest hello(AuthManager who) {
    return TestKeys.hello(who);
  }
}
