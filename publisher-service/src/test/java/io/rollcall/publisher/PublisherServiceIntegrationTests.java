package io.rollcall.publisher;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.request;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.CIRCMessage;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.StartSlot;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.publisher.ops.ConsensusMeters;
import io.rollcall.publisher.testing.PublisherHttp;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.service.testing.Waiting;
import io.rollcall.transport.event.TransportEventPublisher;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.RawSocketPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service with two raw peers, authentication off. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"transport.listen-addr=127.0.0.1:0", "publisher.scp.timeout=1s"})
@AutoConfigureMetrics
class PublisherServiceIntegrationTests {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final AtomicInteger CONTENT = new AtomicInteger();

  @Autowired private ApplicationContext context;
  @LocalServerPort private int httpPort;
  @LocalTransportPort private int transportPort;

  private RawSocketPeer alpha;
  private RawSocketPeer beta;
  private CrossChainTransaction xt;

  @BeforeEach
  void connect() {
    alpha =
        RawSocketPeer.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort));
    beta =
        RawSocketPeer.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort));
    xt = xt("content " + CONTENT.incrementAndGet());
    hearsNothing(alpha);
    hearsNothing(beta);
  }

  @AfterEach
  void disconnect() throws Exception {
    alpha.close();
    beta.close();
    Waiting.until("both to be gone", () -> json("/ready").get("connections").asInt() == 0);
    Waiting.until(
        "everything to end", () -> json("/stats").get("active_2pc_transactions").asInt() == 0);
  }

  @Test
  void eventLoopsHandOverByThemselvesWhatTheCoordinatorHasRoomFor() {
    TransportEventPublisher events = context.getBean(TransportEventPublisher.class);
    assertThat(events.returnsAtOnce()).isTrue();
    assertThat(events.returnsAtOnce("some connection", 1, 100)).isTrue();
    assertThat(events.returnsAtOnce("some connection", 1_000, 100)).isFalse();
  }

  @Test
  void commitsWhenEveryChainVotesYes() throws Exception {
    start();
    assertThat(state()).isEqualTo("voting");
    alpha.send(vote(xt, A, true, ""));
    beta.send(vote(xt, B, true, ""));

    for (RawSocketPeer peer : List.of(alpha, beta)) {
      Decided decided = next(peer).getDecided();
      assertThat(XtId.of(decided.getXtId())).isEqualTo(xt.id());
      assertThat(decided.getDecision()).isTrue();
    }
    JsonNode shown = json("/v1/xts/0x" + xt.id());
    assertThat(shown.get("state").asString()).isEqualTo("committed");
    assertThat(shown.get("reason").asString()).isEmpty();
    assertThat(shown.get("abortedBy").isEmpty()).isTrue();
    assertThat(shown.get("chains").get(0).get("chainId").asString()).isEqualTo("55555");
    assertThat(shown.get("chains").get(0).get("vote").asString()).isEqualTo("yes");
    assertThat(shown.get("chains").get(1).get("votedAfterMs").asDouble()).isPositive();
    assertThat(shown.get("phases").get("queuedMs").asDouble()).isNotNegative();
    assertThat(shown.get("phases").get("votingMs").asDouble()).isPositive();
  }

  @Test
  void showsWhoseVoteAnOpenXtWaitsFor() {
    start();
    alpha.send(vote(xt, A, true, ""));
    Waiting.until(
        "the vote to count", () -> !json("/actuator/xts").at("/oldest/0/votedYes").isEmpty());

    JsonNode open = json("/actuator/xts");
    assertThat(open.get("open").asInt()).isEqualTo(1);
    assertThat(open.get("waiting").asInt()).isZero();
    assertThat(open.at("/oldest/0/id").asString()).isEqualTo(xt.id().hex());
    assertThat(open.at("/oldest/0/votedYes/0").asString()).isEqualTo("55555");
    assertThat(open.at("/oldest/0/missing/0").asString()).isEqualTo("77777");
    assertThat(open.at("/oldest/0/announcedAt").isMissingNode()).isFalse();
  }

  @Test
  void nobodyIsDisconnectedByHandUnlessThatIsSwitchedOn() {
    String id = json("/actuator/transport").at("/server/connections/0/id").asString();
    assertThat(new PublisherHttp(httpPort).exchange("DELETE", "/actuator/transport/" + id))
        .extracting(HttpResponse::statusCode)
        .isIn(404, 405);
    assertThat(json("/actuator/transport").at("/server/connections").size()).isEqualTo(2);
  }

  @Test
  void relaysTheRequestAsItCame() {
    alpha.send(request(xt));

    for (RawSocketPeer peer : List.of(alpha, beta)) {
      Message started = next(peer);
      assertThat(started.getSenderId()).isEqualTo("publisher");
      assertThat(CrossChainTransaction.requestBytes(started.toByteString()))
          .isEqualTo(xt.encoded());
    }
  }

  @Test
  void withoutAnExporterContextsAreIgnoredAndNothingIsTraced() {
    alpha.send(
        request(xt).toBuilder()
            .setTraceContext(
                ByteString.copyFromUtf8("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
            .build());

    assertThat(next(beta).getTraceContext().isEmpty()).isTrue();
    assertThat(context.getBeanNamesForType(Tracer.class)).isEmpty();
    assertThat(context.getBeanNamesForType(SpanExporter.class)).isEmpty();
    assertThat(context.getBeanNamesForType(TraceContexts.class)).isEmpty();
    assertThat(context.getBeanNamesForType(SyncListener.class)).isEmpty();
  }

  @Test
  void abortsWithTheReasonOfTheChainThatVotedNo() throws Exception {
    start();
    beta.send(vote(xt, B, false, "no funds"));

    Decided decided = next(alpha).getDecided();
    assertThat(decided.getDecision()).isFalse();
    assertThat(decided.getRefused()).isFalse();
    assertThat(decided.getReason()).isEqualTo("chain 77777 voted no: no funds");
    assertThat(next(beta).getDecided()).isEqualTo(decided);
    JsonNode shown = json("/v1/xts/" + xt.id());
    assertThat(shown.get("state").asString()).isEqualTo("aborted");
    assertThat(shown.get("abortedBy").get(0).asString()).isEqualTo("77777");
    assertThat(shown.get("chains").get(1).get("reason").asString()).isEqualTo("no funds");
  }

  @Test
  void abortsWhenAVoteDoesNotComeInTime() throws Exception {
    start();
    alpha.send(vote(xt, A, true, ""));

    Decided decided = next(beta).getDecided();
    assertThat(decided.getDecision()).isFalse();
    assertThat(decided.getReason()).isEqualTo("chain 77777 did not vote within 1s");
    assertThat(next(alpha).getDecided()).isEqualTo(decided);
    assertThat(json("/v1/xts/" + xt.id()).get("abortedBy").get(0).asString()).isEqualTo("77777");
    // A late vote is answered, and ends the silence of the chain.
    beta.send(vote(xt, B, true, ""));
    assertThat(next(beta).getDecided().getDecision()).isFalse();
  }

  @Test
  void refusesAMalformedRequestToItsSubmitterAlone() throws Exception {
    alpha.send(
        Message.newBuilder().setSenderId("x").setXtRequest(XTRequest.getDefaultInstance()).build());

    Decided decided = next(alpha).getDecided();
    assertThat(decided.getRefused()).isTrue();
    assertThat(decided.getDecision()).isFalse();
    assertThat(decided.getReason()).isEqualTo("the request has no entry");
    assertThat(XtId.of(decided.getXtId())).isEqualTo(XtId.ofEncoded(ByteString.EMPTY));
    hearsNothing(beta);
    assertThat(get("/v1/xts/" + XtId.ofEncoded(ByteString.EMPTY)).statusCode()).isEqualTo(404);
  }

  @Test
  void answersARepeatWithTheDecisionThatStands() {
    start();
    beta.send(vote(xt, B, false, ""));
    Decided decided = next(alpha).getDecided();
    assertThat(next(beta).getDecided()).isEqualTo(decided);

    beta.send(request(xt));

    assertThat(next(beta).getDecided()).isEqualTo(decided);
    hearsNothing(alpha);
  }

  @Test
  void takesUnroutedPayloadsAndChangesNothing() {
    double circ = meter("publisher_consensus_circ_messages_total");

    sendUnrouted();

    hearsNothing(alpha);
    hearsNothing(beta);
    Waiting.until(
        "both messages to be counted",
        () -> meter("publisher_consensus_circ_messages_total") == circ + 2);
  }

  @Test
  void listsNewestFirstByChainAndStateInPages() throws Exception {
    start();
    beta.send(vote(xt, B, false, ""));
    next(alpha);
    CrossChainTransaction newer = xt("content " + CONTENT.incrementAndGet());
    alpha.send(request(newer));
    next(alpha);

    JsonNode voting = json("/v1/xts?state=voting&chain=0xd903");
    assertThat(voting.get("xts")).hasSize(1);
    assertThat(voting.get("xts").get(0).get("id").asString()).isEqualTo(newer.id().hex());
    JsonNode first = json("/v1/xts?limit=1&chain=77777");
    assertThat(first.get("xts").get(0).get("id").asString()).isEqualTo(newer.id().hex());
    JsonNode second = json("/v1/xts?limit=1&after=" + first.get("next").asString());
    assertThat(second.get("xts").get(0).get("id").asString()).isEqualTo(xt.id().hex());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/xts/12, 400, expected 64 hex digits",
    "GET, /v1/xts/0000000000000000000000000000000000000000000000000000000000000000, 404, no XT",
    "GET, /v1/xts?limit=501, 400, expected 1 to 500",
    "GET, /v1/xts?limit=x, 400, expected 1 to 500",
    "GET, /v1/xts?chain=zero, 400, expected a positive decimal number",
    "GET, /v1/xts?state=lost, 400, 'expected one of queued, voting, committed, aborted, expired'",
    "GET, /v1/xts?after=x, 400, expected the next of an earlier answer",
    "POST, /v1/xts, 405, POST",
    "DELETE, /health, 405, DELETE",
    "GET, /nowhere, 404, nowhere"
  })
  void saysWhatWasWrongAsProblemDetail(String method, String path, int status, String detail)
      throws Exception {
    HttpResponse<String> response = http().exchange(method, path);

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asString()).contains(detail);
  }

  @Test
  void showsTheChains() throws Exception {
    start();

    JsonNode chain = json("/v1/chains").get("chains").get(0);
    assertThat(chain.get("chainId").asString()).isEqualTo("55555");
    assertThat(chain.get("served").asBoolean()).isTrue();
    assertThat(chain.get("answering").asBoolean()).isTrue();
    assertThat(chain.get("inFlight").asInt()).isEqualTo(1);
    assertThat(chain.get("queued").asInt()).isZero();
    assertThat(chain.get("identities").isEmpty()).isTrue();
    assertThat(chain.get("connected").isEmpty()).isTrue();
  }

  @Test
  void answersThePagesOfTheSdksApplication() throws Exception {
    start();

    JsonNode health = json("/health");
    assertThat(health.get("status").asString()).isEqualTo("healthy");
    assertThat(health.get("timestamp").asString())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    JsonNode ready = json("/ready");
    assertThat(ready.get("status").asString()).isEqualTo("ready");
    assertThat(ready.get("connections").asInt()).isEqualTo(2);
    JsonNode stats = json("/stats");
    assertThat(stats.propertyNames())
        .containsExactlyInAnyOrder(
            "uptime_seconds",
            "active_connections",
            "messages_processed",
            "broadcasts_sent",
            "unique_chains",
            "chains_count",
            "active_2pc_transactions",
            "active_2pc_ids",
            "app_version",
            "app_build_time",
            "app_git_commit");
    assertThat(stats.get("active_connections").asInt()).isEqualTo(2);
    assertThat(stats.get("messages_processed").asLong()).isPositive();
    assertThat(stats.get("broadcasts_sent").asLong()).isPositive();
    assertThat(stats.get("unique_chains").get(0).asString()).isEqualTo("d903");
    assertThat(stats.get("active_2pc_transactions").asInt()).isEqualTo(1);
    assertThat(stats.get("active_2pc_ids").get(0).get("hash").asString()).isNotEmpty();
    HttpResponse<String> metrics = get("/metrics");
    assertThat(metrics.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    assertThat(metrics.body()).contains("publisher_consensus_active_transactions 1.0");
  }

  @Test
  void healthSaysThatStateIsInMemory() throws Exception {
    JsonNode readiness = json("/actuator/health/readiness");
    assertThat(readiness.get("status").asString()).isEqualTo("UP");
    assertThat(readiness.get("components").propertyNames())
        .containsExactlyInAnyOrder("readinessState", "transportServer", "storage", "coordinator");
    assertThat(readiness.get("components").get("storage").get("details").get("storage").asString())
        .isEqualTo("memory");
    assertThat(json("/actuator/health/liveness").get("components").propertyNames())
        .containsExactlyInAnyOrder("livenessState", "coordinator");
  }

  @Test
  void movesEveryMeterOfTheTwoPhaseCommit() {
    Map<String, Double> before = new HashMap<>();
    for (ConsensusMeters meter : ConsensusMeters.values()) {
      before.put(meter.prometheusName(), meter(meter.prometheusName()));
    }
    start();
    Waiting.until(
        "the open XT to show",
        () -> meter(ConsensusMeters.ACTIVE_TRANSACTIONS.prometheusName()) == 1);
    alpha.send(vote(xt, A, true, ""));
    next(alpha);
    next(beta);
    sendUnrouted();

    for (ConsensusMeters meter : ConsensusMeters.values()) {
      if (meter != ConsensusMeters.VOTE_BROADCAST && meter != ConsensusMeters.ACTIVE_TRANSACTIONS) {
        String name = meter.prometheusName();
        Waiting.until(name + " to move", () -> meter(name) > before.getOrDefault(name, Double.NaN));
      }
    }
  }

  private void sendUnrouted() {
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setCircMessage(CIRCMessage.newBuilder().setSourceChain(A.bytes()))
            .build());
    alpha.send(
        Message.newBuilder()
            .setSenderId("x")
            .setStartSlot(StartSlot.newBuilder().setSlot(1))
            .build());
  }

  /** Alpha submits, and both have heard the start. */
  private void start() {
    alpha.send(request(xt));
    assertThat(next(alpha).hasXtRequest()).isTrue();
    assertThat(next(beta).hasXtRequest()).isTrue();
  }

  private String state() {
    return json("/v1/xts/" + xt.id()).get("state").asString();
  }

  /** The next message that is neither the transport's own nor the decision of an earlier test. */
  private Message next(RawSocketPeer peer) {
    while (true) {
      Message message = peer.readMessage();
      if (!message.hasPing() && !isOfAnEarlierTest(message)) {
        return message;
      }
    }
  }

  private boolean isOfAnEarlierTest(Message message) {
    return message.hasDecided()
        && !message.getDecided().getRefused()
        && !message.getDecided().getXtId().equals(xt.id().toMessage());
  }

  /** Whatever was sent to it before would come before the pong. */
  private void hearsNothing(RawSocketPeer peer) {
    peer.send(
        Message.newBuilder().setSenderId("x").setPing(Ping.newBuilder().setTimestamp(7)).build());
    assertThat(next(peer).hasPong()).isTrue();
  }

  private double meter(String family) {
    return http().meter(family);
  }

  private JsonNode json(String path) {
    return http().json(path);
  }

  private HttpResponse<String> get(String path) {
    return http().get(path);
  }

  private PublisherHttp http() {
    return new PublisherHttp(httpPort);
  }
}
