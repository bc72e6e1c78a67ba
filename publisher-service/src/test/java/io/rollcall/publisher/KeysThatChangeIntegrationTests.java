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
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.publisher.testing.PublisherHttp;
import io.rollcall.service.testing.Waiting;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Who is trusted changes at run time, by the file and by hand, and votes count accordingly. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "transport.listen-addr=127.0.0.1:0",
      "publisher.scp.timeout=10s",
      "publisher.scp.queue-expiry=2s",
      "auth.enabled=true",
      "auth.replay-file=",
      "auth.trusted-sequencers.alpha.chain-ids=55555",
      "management.endpoint.trustedsequencers.access=unrestricted",
      "management.endpoints.web.exposure.include=health,prometheus,transport,trustedsequencers",
      "management.endpoint.transport.access=unrestricted"
    })
@AutoConfigureMetrics
@Import(KeysThatChangeIntegrationTests.Audit.class)
class KeysThatChangeIntegrationTests {

  private static final String PATH = "/actuator/trustedsequencers";
  private static final AtomicInteger CONTENT = new AtomicInteger();

  @TempDir private static Path folder;

  @TestConfiguration(proxyBeanMethods = false)
  static class Audit {

    final Queue<AuditEvent> events = new ConcurrentLinkedQueue<>();

    @EventListener
    void audited(AuditEvent event) {
      events.add(event);
    }
  }

  @LocalServerPort private int httpPort;
  @LocalTransportPort private int transportPort;
  @Autowired private Audit audit;

  private final List<RawSocketPeer> peers = new ArrayList<>();
  private final AtomicLong pings = new AtomicLong();
  private final Set<XtId> mine = new HashSet<>();

  @DynamicPropertySource
  static void keys(DynamicPropertyRegistry properties) throws IOException {
    Path file = Files.writeString(folder.resolve("trusted.yml"), "{}");
    properties.add("auth.private-key", () -> TestKeys.privateKeyHex("publisher"));
    properties.add("auth.trusted-sequencers-file", file::toString);
    properties.add("auth.trusted-sequencers.alpha.public-keys", () -> publicKey("alpha"));
  }

  private static String publicKey(String name) {
    return TestKeys.publicKey(name).hex();
  }

  @BeforeEach
  void forget() {
    audit.events.clear();
  }

  @AfterEach
  void disconnect() throws IOException {
    peers.forEach(RawSocketPeer::close);
    fileSays("{}");
    Waiting.until("the file to be used", () -> ids().equals(List.of("alpha")));
    Waiting.until("all to be gone", () -> http().json("/ready").get("connections").asInt() == 0);
  }

  @Test
  void anOperatorDisconnectsAPeerWhichIsToldSoAndMayComeBack() {
    RawSocketPeer alpha = authenticated("alpha");
    String id = http().json("/actuator/transport").at("/server/connections/0/id").asString();

    HttpResponse<String> answer = http().exchange("DELETE", "/actuator/transport/" + id);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"identity\":\"alpha\"");
    DisconnectMessage told = next(alpha).getDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.REQUESTED);
    assertThat(told.getDetails()).isEqualTo("disconnected by an operator");
    assertThat(hello("alpha").getAccepted()).isTrue();

    HttpResponse<String> again = http().exchange("DELETE", "/actuator/transport/" + id);
    assertThat(again.statusCode()).isEqualTo(400);
    assertThat(again.body())
        .contains("no connection '" + id + "' is open, expected the id of one that a read of this");
  }

  @Test
  void aSequencerThatTheFileAddsVotesAndItsRemovalLeavesAChainThatIsNotConnected()
      throws IOException {
    assertThat(hello("beta").getAccepted()).isFalse();
    fileSays("beta: {public-keys: [" + publicKey("beta") + "], chain-ids: [77777]}");
    Waiting.until("beta to be trusted", () -> ids().contains("beta"));
    RawSocketPeer alpha = authenticated("alpha");
    RawSocketPeer beta = authenticated("beta");
    CrossChainTransaction first = fresh();
    alpha.send(request(first));
    assertThat(next(alpha).hasXtRequest()).isTrue();
    assertThat(next(beta).hasXtRequest()).isTrue();
    alpha.send(vote(first, A, true, ""));
    beta.send(vote(first, B, true, ""));
    assertThat(next(alpha).getDecided().getDecision()).isTrue();
    assertThat(next(beta).getDecided().getDecision()).isTrue();
    assertThat(chain(B).get("identities").get(0).asString()).isEqualTo("beta");
    assertThat(http().meter("publisher_consensus_votes_received_total", "chain_id=\"" + B.hex()))
        .as("the chain has a label of its own")
        .isEqualTo(1);

    long began = System.nanoTime();
    fileSays("{}");
    assertThat(beta.readDisconnect().getDetails()).isEqualTo("public key is no longer trusted");
    assertThat((System.nanoTime() - began) / 1_000_000).as("ms").isLessThan(5_000);
    assertThat(hello("beta").getError()).isEqualTo("untrusted public key - connection rejected");
    CrossChainTransaction second = fresh();
    alpha.send(request(second));
    assertThat(next(alpha).getDecided().getReason()).isEqualTo("chain 77777 is not connected");
    told(
        new AuditEvent.TrustChanged("auth.trusted-sequencers-file", "added beta (1 key)"),
        new AuditEvent.TrustChanged("auth.trusted-sequencers-file", "removed beta"));
  }

  @Test
  void aWrongFileChangesNothingIsSeenInHealthAndIsOverWhenItIsRight() throws IOException {
    fileSays("beta: {public-keys: [" + publicKey("beta") + "], chain-ids: [77777]}");
    Waiting.until("beta to be trusted", () -> ids().contains("beta"));
    RawSocketPeer beta = authenticated("beta");
    fileSays("alpha: " + publicKey("another"));
    Waiting.until("health to say so", () -> fileHealth().get("status").asString().equals("DOWN"));
    assertThat(fileHealth().get("details").get("reason").asString())
        .startsWith("auth.trusted-sequencers-file: ")
        .endsWith(
            "is not used: 'alpha' is in auth.trusted-sequencers too, expected in one of the two");
    assertThat(http().get("/actuator/health/readiness").statusCode()).isEqualTo(200);
    beta.ping(pings.incrementAndGet());
    assertThat(ids()).containsExactly("alpha", "beta");

    fileSays("gamma: " + publicKey("gamma"));
    Waiting.until("it to be over", () -> fileHealth().get("status").asString().equals("UP"));
    assertThat(ids()).containsExactly("alpha", "gamma");
  }

  @Test
  void byHandAKeyIsAddedAndRemovedAndItsConnectionClosed() {
    HttpResponse<String> added = http().post(PATH + "/alpha", keysOf("a new key of alpha"));
    assertThat(added.statusCode()).isEqualTo(200);
    assertThat(added.body()).contains("changed alpha (1 key more)").contains("until the restart");
    RawSocketPeer next = authenticated("a new key of alpha");
    assertThat(sources())
        .containsExactlyInAnyOrder("auth.trusted-sequencers", "operation trustedsequencers");

    HttpResponse<String> removed =
        http().exchange("DELETE", PATH + "/alpha/" + publicKey("a new key of alpha"));
    assertThat(removed.statusCode()).isEqualTo(200);
    DisconnectMessage told = next.readDisconnect();
    assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.AUTH_FAILURE);
    next.expectEndOfStream();
    assertThat(hello("a new key of alpha").getAccepted()).isFalse();
    authenticated("alpha");
    told(
        new AuditEvent.TrustChanged("operation trustedsequencers", "changed alpha (1 key more)"),
        new AuditEvent.TrustChanged("operation trustedsequencers", "changed alpha (1 key less)"));
  }

  @Test
  void whatIsRemovedByHandStaysRemovedAlthoughTheFileHasIt() throws IOException {
    fileSays("delta: {public-keys: [" + publicKey("delta") + "], chain-ids: [77777]}");
    Waiting.until("delta to be trusted", () -> ids().contains("delta"));
    RawSocketPeer delta = authenticated("delta");
    HttpResponse<String> removed = http().exchange("DELETE", PATH + "/delta");
    assertThat(removed.body())
        .contains("removed delta")
        .contains("remove it from auth.trusted-sequencers-file too");
    assertThat(delta.readDisconnect().getDetails()).isEqualTo("public key is no longer trusted");

    fileSays(
        "delta: {public-keys: ["
            + publicKey("delta")
            + "], chain-ids: [77777]}\nzeta: "
            + publicKey("zeta"));
    Waiting.until("the file to be used", () -> ids().contains("zeta"));
    assertThat(ids()).containsExactly("alpha", "zeta");
    assertThat(http().json(PATH).get("removed").get(0).get("id").asString()).isEqualTo("delta");
    assertThat(hello("delta").getAccepted()).isFalse();
  }

  @Test
  void badInputIsAnsweredWithASentence() {
    assertBad(http().post(PATH + "/beta", "{}"), "publicKeys is missing");
    assertBad(http().post(PATH + "/beta", "{\"publicKeys\":\"0x12\"}"), "starts with 0x");
    assertBad(http().post(PATH + "/beta", keysOf("beta")), "chainIds is missing");
    assertBad(
        http()
            .post(
                PATH + "/beta",
                "{\"publicKeys\":\"" + publicKey("beta") + "\",\"chainIds\":\"ten\"}"),
        "chainIds has 'ten'");
    assertBad(
        http()
            .post(
                PATH + "/beta",
                "{\"publicKeys\":\""
                    + publicKey("beta")
                    + "\",\"chainIds\":\"\",\"connections\":0}"),
        "connections is '0', expected a whole number of at least 1");
    assertBad(
        http()
            .post(
                PATH + "/beta",
                "{\"publicKeys\":\"" + publicKey("alpha") + "\",\"chainIds\":\"\"}"),
        "is the key of 'alpha'");
    assertBad(
        http()
            .post(
                PATH + "/alpha",
                "{\"publicKeys\":\"" + publicKey("beta") + "\",\"chainIds\":\"1\"}"),
        "'alpha' is trusted already, expected publicKeys alone");
    assertBad(http().exchange("DELETE", PATH + "/nobody"), "'nobody' is no trusted id");
    assertBad(
        http().exchange("DELETE", PATH + "/alpha/" + publicKey("beta")), "is no key of 'alpha'");
    assertThat(ids()).containsExactly("alpha");
  }

  @Test
  void byHandSomebodyNewIsTrusted() {
    String body =
        "{\"publicKeys\":\"%s, %s\",\"chainIds\":\"77777, 0x1\",\"connections\":2,\"handshake\":\"auto\"}"
            .formatted(publicKey("eta"), publicKey("a second key of eta"));
    assertThat(http().post(PATH + "/eta", body).body()).contains("added eta (2 keys)");
    authenticated("eta");
    RawSocketPeer eta = authenticated("a second key of eta");
    assertThat(chain(B).get("connected").get(0).asString()).isEqualTo("eta");
    assertThat(http().exchange("DELETE", PATH + "/eta").body())
        .isEqualTo("{\"changed\":\"removed eta\",\"note\":\"\"}");
    assertThat(eta.readDisconnect().getDetails()).isEqualTo("public key is no longer trusted");
  }

  private static void assertBad(HttpResponse<String> answer, String sentence) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(sentence);
  }

  private static String keysOf(String name) {
    return "{\"publicKeys\":\"" + publicKey(name) + "\"}";
  }

  /** Renamed into place, as careful writers do. */
  private static void fileSays(String text) throws IOException {
    Path next = Files.writeString(folder.resolve("next.yml"), text);
    Files.move(
        next,
        folder.resolve("trusted.yml"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** In this order; the last of the test before may come late. */
  private void told(AuditEvent... events) {
    Waiting.until("the changes to be told", () -> changes().containsAll(List.of(events)));
    assertThat(changes()).containsSubsequence(events);
  }

  private List<AuditEvent> changes() {
    return audit.events.stream().filter(AuditEvent.TrustChanged.class::isInstance).toList();
  }

  private List<String> ids() {
    return http()
        .json(PATH)
        .get("trusted")
        .valueStream()
        .map(one -> one.get("id").asString())
        .toList();
  }

  private List<String> sources() {
    return http()
        .json(PATH)
        .get("trusted")
        .get(0)
        .get("keys")
        .valueStream()
        .map(key -> key.get("source").asString())
        .toList();
  }

  private JsonNode fileHealth() {
    return http().json("/actuator/health").get("components").get("trustedSequencersFile");
  }

  private JsonNode chain(ChainId chain) {
    return http()
        .json("/v1/chains")
        .get("chains")
        .valueStream()
        .filter(one -> one.get("chainId").asString().equals(chain.toString()))
        .findFirst()
        .orElseThrow();
  }

  private CrossChainTransaction fresh() {
    CrossChainTransaction fresh = xt("keys " + CONTENT.incrementAndGet(), A, B);
    mine.add(fresh.id());
    return fresh;
  }

  private PublisherHttp http() {
    return new PublisherHttp(httpPort);
  }

  private HandshakeResponse hello(String keyName) {
    RawSocketPeer peer =
        RawSocketPeer.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort));
    peers.add(peer);
    return peer.send(TestKeys.hello(keyName)).readHandshakeResponse();
  }

  private RawSocketPeer authenticated(String keyName) {
    assertThat(hello(keyName).getAccepted()).isTrue();
    return peers.getLast().ping(pings.incrementAndGet());
  }

  /** The next message that is no ping and no decision of an earlier test. */
  private Message next(RawSocketPeer peer) {
    while (true) {
      Message message = peer.readMessage();
      if (!message.hasPing()
          && !(message.hasDecided() && !mine.contains(XtId.of(message.getDecided().getXtId())))) {
        return message;
      }
    }
  }
}
