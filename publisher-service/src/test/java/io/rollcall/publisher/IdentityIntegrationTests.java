package io.rollcall.publisher;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.request;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.CIRCMessage;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.L2Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.publisher.testing.PublisherHttp;
import io.rollcall.service.testing.Waiting;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Who may submit, vote and hear, with authentication on and every kind of peer connected. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "transport.listen-addr=127.0.0.1:0",
      // None of these peers knows what that is, and none sees anything of it.
      "transport.compression=zstd",
      "transport.compression-threshold=64",
      "publisher.scp.timeout=10s",
      "auth.enabled=true",
      "auth.replay-file=",
      "auth.require-auth=false",
      "auth.allow-untrusted=true",
      "management.endpoints.web.exposure.include=*",
      "auth.trusted-sequencers.alpha.chain-ids=55555",
      "auth.trusted-sequencers.beta.chain-ids=77777"
    })
@AutoConfigureMetrics
class IdentityIntegrationTests {

  /** A chain that nobody is bound to. */
  private static final ChainId C = ChainId.of(99999);

  private static final AtomicInteger CONTENT = new AtomicInteger();

  @LocalServerPort private int httpPort;
  @LocalTransportPort private int transportPort;

  private final List<RawSocketPeer> peers = new ArrayList<>();
  private final AtomicLong pings = new AtomicLong();
  private final Set<XtId> mine = new HashSet<>();
  private final CrossChainTransaction xt = fresh(A, B);

  private CrossChainTransaction fresh(ChainId... chains) {
    CrossChainTransaction fresh = xt("identity " + CONTENT.incrementAndGet(), chains);
    mine.add(fresh.id());
    return fresh;
  }

  @DynamicPropertySource
  static void keys(DynamicPropertyRegistry properties) {
    properties.add("auth.private-key", () -> TestKeys.privateKeyHex("publisher"));
    properties.add("auth.trusted-sequencers.alpha.public-keys", () -> publicKey("alpha"));
    properties.add("auth.trusted-sequencers.beta.public-keys", () -> publicKey("beta"));
    properties.add("auth.trusted-sequencers.gamma", () -> publicKey("gamma"));
  }

  private static String publicKey(String name) {
    return TestKeys.publicKey(name).hex();
  }

  @AfterEach
  void disconnect() {
    peers.forEach(RawSocketPeer::close);
    Waiting.until("all to be gone", () -> http().json("/ready").get("connections").asInt() == 0);
  }

  @Test
  void chainsAreServedByThoseBoundToThemAndCommit() {
    RawSocketPeer alpha = authenticated("alpha");
    RawSocketPeer beta = authenticated("beta");
    alpha.send(request(xt));
    assertThat(next(alpha).hasXtRequest()).isTrue();
    assertThat(next(beta).hasXtRequest()).isTrue();

    JsonNode chain = http().json("/v1/chains").get("chains").get(0);
    assertThat(chain.get("identities").get(0).asString()).isEqualTo("alpha");
    assertThat(chain.get("connected").get(0).asString()).isEqualTo("alpha");

    alpha.send(vote(xt, A, true, ""));
    beta.send(vote(xt, B, true, ""));
    assertThat(decision(alpha).getDecision()).isTrue();
    assertThat(decision(beta).getDecision()).isTrue();
    assertThat(http().json("/v1/xts/" + xt.id()).get("submitter").asString()).isEqualTo("alpha");
  }

  @Test
  void aVoteForAForeignChainIsAnIdentityMismatchAndDoesNotCount() {
    RawSocketPeer alpha = authenticated("alpha");
    RawSocketPeer beta = authenticated("beta");
    alpha.send(request(xt));
    assertThat(next(alpha).hasXtRequest()).isTrue();
    assertThat(next(beta).hasXtRequest()).isTrue();
    alpha.send(vote(xt, A, true, ""));
    double before = mismatches();

    alpha.send(vote(xt, B, true, ""));
    alpha.ping(pings.incrementAndGet());
    Waiting.until("the mismatch to be counted", () -> mismatches() == before + 1);
    assertThat(http().json("/v1/xts/" + xt.id()).get("state").asString()).isEqualTo("voting");

    beta.send(vote(xt, B, false, "no funds"));
    assertThat(decision(alpha).getReason()).isEqualTo("chain 77777 voted no: no funds");
  }

  @Test
  void blocksAndMailboxMessagesForAForeignChainAreMismatchesToo() {
    RawSocketPeer alpha = authenticated("alpha");
    double before = mismatches();
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setBlock(Block.newBuilder().setChainId(B.bytes()))
            .build());
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setL2Block(L2Block.newBuilder().setChainId(B.bytes()))
            .build());
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setCircMessage(CIRCMessage.newBuilder().setSourceChain(C.bytes()))
            .build());
    // In its own name nothing is wrong with them.
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setBlock(Block.newBuilder().setChainId(A.bytes()))
            .build());

    Waiting.until("three mismatches", () -> mismatches() == before + 3);
    alpha.ping(pings.incrementAndGet());
    assertThat(mismatches()).isEqualTo(before + 3);
  }

  @Test
  void aTrustedPeerWithoutChainsVotesForChainsThatNobodyIsBoundToOnly() {
    RawSocketPeer gamma = authenticated("gamma");
    RawSocketPeer alpha = authenticated("alpha");
    CrossChainTransaction free = fresh(A, C);
    gamma.send(request(free));
    assertThat(next(gamma).hasXtRequest()).isTrue();
    assertThat(next(alpha).hasXtRequest()).isTrue();
    double before = mismatches();

    gamma.send(vote(free, A, false, "not mine"));
    gamma.send(vote(free, C, true, ""));
    alpha.send(vote(free, C, false, "not mine"));
    alpha.send(vote(free, A, true, ""));

    assertThat(decision(gamma).getDecision()).isTrue();
    assertThat(decision(alpha).getDecision()).isTrue();
    assertThat(mismatches()).isEqualTo(before + 2);
  }

  @Test
  void strangersMaySubmitButNotVoteAndHearOnlyOfTheirOwn() {
    RawSocketPeer alpha = authenticated("alpha");
    RawSocketPeer beta = authenticated("beta");
    RawSocketPeer unknown = authenticated("a stranger");
    RawSocketPeer unauthenticated = admitted(connect());
    RawSocketPeer bystander = authenticated("another stranger");
    double before = mismatches();

    for (RawSocketPeer stranger : List.of(unknown, unauthenticated)) {
      CrossChainTransaction own = fresh(A, B);
      stranger.send(request(own));
      assertThat(next(alpha).hasXtRequest()).isTrue();
      assertThat(next(beta).hasXtRequest()).isTrue();
      stranger.send(vote(own, A, false, "mine"));
      stranger.ping(pings.incrementAndGet());
      alpha.send(vote(own, A, true, ""));
      beta.send(vote(own, B, true, ""));

      // It hears of no start, only of the end.
      Decided decided = next(stranger).getDecided();
      assertThat(XtId.of(decided.getXtId())).isEqualTo(own.id());
      assertThat(decided.getDecision()).isTrue();
      assertThat(decision(alpha)).isEqualTo(decided);
      assertThat(decision(beta)).isEqualTo(decided);
    }

    assertThat(mismatches()).isEqualTo(before + 2);
    hearsNothing(bystander);
    hearsNothing(unknown);
    hearsNothing(unauthenticated);
  }

  @Test
  void anXtOfAStrangerIsShownUnderItsKeyAndWaitsForItsChains() {
    RawSocketPeer stranger = authenticated("a stranger");
    stranger.send(request(xt));
    Waiting.until(
        "the XT to be taken up", () -> http().get("/v1/xts/" + xt.id()).statusCode() == 200);
    JsonNode shown = http().json("/v1/xts/" + xt.id());
    assertThat(shown.get("state").asString()).isEqualTo("queued");
    assertThat(shown.get("submitter").asString()).isEqualTo("unknown:" + publicKey("a stranger"));

    RawSocketPeer alpha = authenticated("alpha");
    RawSocketPeer beta = authenticated("beta");
    assertThat(next(alpha).hasXtRequest()).isTrue();
    assertThat(next(beta).hasXtRequest()).isTrue();
    beta.send(vote(xt, B, false, "closed"));
    assertThat(decision(stranger).getReason()).isEqualTo("chain 77777 voted no: closed");
  }

  @Test
  void nobodyChangesKeysOverHttpUnlessThatIsSwitchedOn() {
    assertThat(http().get("/actuator/trustedsequencers").statusCode()).isEqualTo(404);
    assertThat(http().exchange("DELETE", "/actuator/trustedsequencers/alpha").statusCode())
        .isEqualTo(404);
    authenticated("alpha");
  }

  private double mismatches() {
    return http()
        .meter("publisher_transport_errors_total", "operation=\"handle\"", "type=\"auth_failure\"");
  }

  private PublisherHttp http() {
    return new PublisherHttp(httpPort);
  }

  private RawSocketPeer connect() {
    RawSocketPeer peer =
        RawSocketPeer.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort));
    peers.add(peer);
    return peer;
  }

  private RawSocketPeer authenticated(String keyName) {
    RawSocketPeer peer = connect();
    peer.send(TestKeys.hello(keyName));
    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    return peer;
  }

  /** Its pong says that it is admitted. */
  private RawSocketPeer admitted(RawSocketPeer peer) {
    return peer.ping(pings.incrementAndGet());
  }

  private Decided decision(RawSocketPeer peer) {
    return next(peer).getDecided();
  }

  /** The next message that is no ping, no pong and no decision of an earlier test. */
  private Message next(RawSocketPeer peer) {
    while (true) {
      Message message = peer.readMessage();
      if (!message.hasPing()
          && !(message.hasDecided() && !mine.contains(XtId.of(message.getDecided().getXtId())))) {
        return message;
      }
    }
  }

  /** Whatever was sent to it before would come before the pong. */
  private void hearsNothing(RawSocketPeer peer) {
    long number = pings.incrementAndGet();
    peer.send(
        Message.newBuilder()
            .setSenderId("x")
            .setPing(Ping.newBuilder().setTimestamp(number))
            .build());
    assertThat(next(peer).getPong().getTimestamp()).isEqualTo(number);
  }
}
