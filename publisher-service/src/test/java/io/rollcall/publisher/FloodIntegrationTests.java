package io.rollcall.publisher;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.request;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.service.testing.Waiting;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Trusted peers that send as fast as their sockets take it harm themselves alone. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "transport.listen-addr=127.0.0.1:0",
      "publisher.scp.timeout=10s",
      "auth.enabled=true",
      "auth.replay-file=",
      "auth.trusted-sequencers.alpha.chain-ids=55555",
      "auth.trusted-sequencers.beta.chain-ids=77777",
      "auth.trusted-sequencers.gamma.chain-ids=99999"
    })
@AutoConfigureMetrics
class FloodIntegrationTests {

  private static final ChainId C = ChainId.of(99999);
  private static final int XTS = 30;
  private static final int MESSAGES_IN_A_CHUNK = 1_000;

  /** What may wait of one connection at the coordinator, and in front of it. */
  private static final int MOST_AT_COORDINATOR = 256;

  private static final int MOST_AT_HANDLER = 1_024;

  @Autowired private PublisherCoordinator coordinator;
  @Autowired private MeterRegistry meters;
  @LocalTransportPort private int transportPort;

  private final List<RawSocketPeer> peers = new ArrayList<>();
  private final AtomicLong chunks = new AtomicLong();
  private int mostWaited;
  private double mostInFront;

  @DynamicPropertySource
  static void keys(DynamicPropertyRegistry properties) {
    properties.add("auth.private-key", () -> TestKeys.privateKeyHex("publisher"));
    for (String name : List.of("alpha", "beta", "gamma")) {
      properties.add(
          "auth.trusted-sequencers." + name + ".public-keys", () -> TestKeys.publicKey(name).hex());
    }
  }

  @AfterEach
  void disconnect() {
    peers.forEach(RawSocketPeer::close);
    Waiting.until(
        "what they sent to be handled", () -> inFront() == 0 && coordinator.waiting() == 0);
  }

  @Test
  void othersCommitWhileAPeerFloodsVotes() {
    commitDuring(vote(xt("nobody's", B, C), C, true, ""));
  }

  @Test
  void othersCommitWhileAPeerFloodsWhatNobodyActsOn() {
    commitDuring(
        Message.newBuilder()
            .setSenderId("x")
            .setBlock(Block.newBuilder().setChainId(C.bytes()))
            .build());
  }

  @Test
  void othersCommitWhileAPeerFloodsPingsAndReadsNoPong() {
    commitDuring(
        Message.newBuilder().setSenderId("x").setPing(Ping.newBuilder().setTimestamp(1)).build());
  }

  private void commitDuring(Message message) {
    RawSocketPeer alpha = authenticated("alpha");
    RawSocketPeer beta = authenticated("beta");
    RawSocketPeer gamma = authenticated("gamma");
    Thread flood = Thread.ofPlatform().start(() -> flood(gamma, chunk(message)));
    Waiting.until("the flood to begin", () -> chunks.get() >= 3);

    for (int i = 0; i < XTS; i++) {
      CrossChainTransaction xt = xt(message.getPayloadCase() + " " + i);
      alpha.send(request(xt));
      assertStarted(next(alpha, xt), xt);
      assertStarted(next(beta, xt), xt);
      alpha.send(vote(xt, A, true, ""));
      beta.send(vote(xt, B, true, ""));
      assertCommitted(next(alpha, xt));
      assertCommitted(next(beta, xt));
      measure();
    }

    assertThat(flood.isAlive()).isTrue();
    // Twice, because the flood before may still be handled; and what the two others sent.
    assertThat(mostWaited).isLessThanOrEqualTo(2 * MOST_AT_COORDINATOR + 8);
    assertThat(mostInFront).isLessThanOrEqualTo(2 * MOST_AT_HANDLER + 8);
  }

  private static void assertStarted(Message message, CrossChainTransaction xt) {
    assertThat(message.getXtRequest()).isEqualTo(xt.request());
  }

  private static void assertCommitted(Message message) {
    assertThat(message.getDecided().getDecision()).describedAs("%s", message).isTrue();
  }

  private void measure() {
    mostWaited = Math.max(mostWaited, coordinator.waiting());
    mostInFront = Math.max(mostInFront, inFront());
  }

  private double inFront() {
    return meters.get(TransportMeters.WORKER_POOL_QUEUE_SIZE.meterName()).gauge().value();
  }

  /** Until its socket is closed. */
  private void flood(RawSocketPeer peer, byte[] chunk) {
    try {
      while (true) {
        peer.send(chunk);
        chunks.incrementAndGet();
      }
    } catch (UncheckedIOException closed) {
      return;
    }
  }

  private static byte[] chunk(Message message) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < MESSAGES_IN_A_CHUNK; i++) {
      all.writeBytes(RawSocketPeer.frame(message.toByteString()));
    }
    return all.toByteArray();
  }

  private RawSocketPeer authenticated(String keyName) {
    RawSocketPeer peer =
        RawSocketPeer.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort));
    peers.add(peer);
    peer.send(TestKeys.hello(keyName));
    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    return peer.ping(1);
  }

  /**
   * The next message that is no ping and no decision of an earlier XT, which newcomers are told.
   */
  private static Message next(RawSocketPeer peer, CrossChainTransaction xt) {
    Message message = peer.readMessage();
    while (message.hasPing()
        || (message.hasDecided() && !XtId.of(message.getDecided().getXtId()).equals(xt.id()))) {
      message = peer.readMessage();
    }
    return message;
  }
}
