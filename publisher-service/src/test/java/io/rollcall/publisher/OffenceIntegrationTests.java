package io.rollcall.publisher;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.CIRCMessage;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.publisher.testing.PublisherHttp;
import io.rollcall.service.testing.Waiting;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A trusted peer that speaks for chains of others: how often, and what becomes of it. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "transport.listen-addr=127.0.0.1:0",
      "auth.enabled=true",
      "auth.replay-file=",
      "auth.trusted-sequencers.alpha.chain-ids=55555",
      "auth.trusted-sequencers.beta.chain-ids=77777"
    })
@AutoConfigureMetrics
@Import(OffenceIntegrationTests.Audit.class)
class OffenceIntegrationTests {

  @TestConfiguration(proxyBeanMethods = false)
  static class Audit {

    final Queue<AuditEvent> events = new ConcurrentLinkedQueue<>();

    @Bean
    @Primary
    AuditListener recordingAudit() {
      return events::add;
    }
  }

  @LocalServerPort private int httpPort;
  @LocalTransportPort private int transportPort;
  @Autowired private Audit audit;

  private final List<RawSocketPeer> peers = new ArrayList<>();
  private final AtomicLong pings = new AtomicLong();

  @DynamicPropertySource
  static void keys(DynamicPropertyRegistry properties) {
    properties.add("auth.private-key", () -> TestKeys.privateKeyHex("publisher"));
    properties.add("auth.trusted-sequencers.alpha.public-keys", () -> publicKey("alpha"));
    properties.add("auth.trusted-sequencers.beta.public-keys", () -> publicKey("beta"));
  }

  private static String publicKey(String name) {
    return TestKeys.publicKey(name).hex();
  }

  @BeforeEach
  void forget() {
    audit.events.clear();
  }

  @AfterEach
  void disconnect() {
    peers.forEach(RawSocketPeer::close);
    Waiting.until("all to be gone", () -> http().json("/ready").get("connections").asInt() == 0);
  }

  @Test
  void tenVotesForAForeignChainCloseTheConnectionAndNobodyElseNotices() {
    RawSocketPeer beta = authenticated("beta");
    RawSocketPeer alpha = authenticated("alpha");
    double before = mismatches();
    for (int i = 0; i < 10; i++) {
      alpha.send(foreignVote());
    }

    DisconnectMessage told = alpha.readDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    assertThat(told.getDetails()).isEqualTo("too many messages that this identity may not send");
    alpha.expectEndOfStream();
    assertThat(mismatches()).as("counted once each").isEqualTo(before + 10);
    Waiting.until("ten offences", () -> offences().size() == 10);
    assertThat(offences()).extracting(AuditEvent.Offence::inTheLastMinute).isSorted();
    assertThat(offences())
        .extracting(AuditEvent.Offence::closed)
        .containsExactly(false, false, false, false, false, false, false, false, false, true);
    assertThat(offences().getLast().identity().label()).isEqualTo("alpha");
    assertThat(offences().getLast().text()).isEqualTo("identity mismatch: vote for chain 77777");
    beta.ping(pings.incrementAndGet());
  }

  @Test
  void nineAreForgivenAndBlocksAndMailboxMessagesCountLikeVotes() {
    RawSocketPeer alpha = authenticated("alpha");
    for (int i = 0; i < 7; i++) {
      alpha.send(foreignVote());
    }
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setBlock(Block.newBuilder().setChainId(B.bytes()))
            .build());
    alpha.send(mailboxMessageOfB());
    // In its own name nothing is wrong.
    for (int i = 0; i < 20; i++) {
      alpha.send(vote(xt("own", A, B), A, true, ""));
    }
    Waiting.until("nine offences", () -> offences().size() == 9);
    alpha.ping(pings.incrementAndGet());

    alpha.send(mailboxMessageOfB());
    assertThat(alpha.readDisconnect().getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    Waiting.until("a tenth offence", () -> offences().size() == 10);
    // Whoever comes back begins anew.
    authenticated("alpha").send(foreignVote()).ping(pings.incrementAndGet());
  }

  private static Message foreignVote() {
    return vote(xt("offence", A, B), B, true, "");
  }

  private static Message mailboxMessageOfB() {
    return Message.newBuilder()
        .setSenderId("x")
        .setCircMessage(CIRCMessage.newBuilder().setSourceChain(B.bytes()))
        .build();
  }

  private List<AuditEvent.Offence> offences() {
    return audit.events.stream()
        .filter(AuditEvent.Offence.class::isInstance)
        .map(AuditEvent.Offence.class::cast)
        .toList();
  }

  private double mismatches() {
    return http()
        .meter("publisher_transport_errors_total", "operation=\"handle\"", "type=\"auth_failure\"");
  }

  private PublisherHttp http() {
    return new PublisherHttp(httpPort);
  }

  private RawSocketPeer authenticated(String keyName) {
    RawSocketPeer peer =
        RawSocketPeer.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort));
    peers.add(peer);
    peer.send(TestKeys.hello(keyName));
    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    return peer.ping(pings.incrementAndGet());
  }
}
