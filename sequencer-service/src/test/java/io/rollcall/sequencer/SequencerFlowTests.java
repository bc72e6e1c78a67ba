package io.rollcall.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.StartSlot;
import io.rollcall.proto.v1.Vote;
import io.rollcall.sequencer.coordination.SubmissionListener;
import io.rollcall.sequencer.testing.FakePublisher;
import io.rollcall.sequencer.testing.Http;
import io.rollcall.sequencer.testing.SequencerTest;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.transport.testing.LogCapture;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import tools.jackson.databind.JsonNode;

/** What happens to an XT, from the outside: HTTP on one side, the publisher on the other. */
@SequencerTest
class SequencerFlowTests {

  private static final long CHAIN = SequencerTest.CHAIN;
  private static final Wallet ALICE = Wallet.number(1);
  private static final Wallet BOB = Wallet.number(101);

  @Autowired private FakePublisher publisher;
  @Autowired private ApplicationContext context;
  @LocalServerPort private int port;
  private Http http = new Http(0);

  @BeforeEach
  void connected() {
    http = new Http(port);
    if (!publisher.isConnected()) {
      publisher.connectInBackground();
    }
    publisher.forget();
  }

  @Test
  void withoutAnExporterNothingOfTracingIsWired() {
    for (Class<?> type :
        List.of(
            Tracer.class,
            SpanExporter.class,
            TraceContexts.class,
            SyncListener.class,
            SubmissionListener.class)) {
      assertThat(context.getBeanNamesForType(type)).as(type.getName()).isEmpty();
    }
  }

  @Test
  void relaysASubmissionByteForByteVotesYesAndAppliesTheCommit() {
    CrossChainTransaction xt = transfer(30);
    long before = balance(BOB);

    Http.Answer answer = http.post("/v1/xts", json(xt));

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().get("id").asString()).isEqualTo(xt.id().hex());
    assertThat(publisher.next().getXtRequest().toByteString()).isEqualTo(xt.encoded());
    assertThat(http.awaitXt(xt.id().hex(), "queued").has("queuedAt")).isTrue();

    publisher.announce(xt);
    Vote vote = publisher.nextVote();
    assertThat(vote.getVote()).isTrue();
    assertThat(vote.getReason()).isEmpty();
    assertThat(vote.getSenderChainId()).isEqualTo(ChainId.of(CHAIN).bytes());
    assertThat(vote.getXtId()).isEqualTo(xt.id().toMessage());
    assertThat(balance(BOB)).isEqualTo(before);

    publisher.decide(xt.id(), true, "");
    JsonNode committed = http.awaitXt(xt.id().hex(), "committed");

    assertThat(balance(BOB)).isEqualTo(before + 30);
    assertThat(committed.get("applied").asBoolean()).isTrue();
    assertThat(committed.propertyNames()).contains("queuedAt", "startedAt", "votedAt", "decidedAt");
    assertThat(committed.get("phases").propertyNames())
        .containsExactly("queuedMs", "stagingMs", "votingMs");
    assertThat(committed.get("chains").get(1).get("vote").asString()).isEqualTo("yes");
  }

  @Test
  void votesNoWithTheReasonAndShowsIt() {
    CrossChainTransaction xt = transfer(1_000_000);
    long before = balance(ALICE);

    publisher.announce(xt);

    Vote vote = publisher.nextVote();
    assertThat(vote.getVote()).isFalse();
    assertThat(vote.getReason()).contains("insufficient balance").contains("need 1000000");
    publisher.decide(xt.id(), false, "chain 55555 voted no: insufficient balance");
    JsonNode aborted = http.awaitXt(xt.id().hex(), "aborted");
    assertThat(aborted.get("reason").asString()).contains("chain 55555 voted no");
    assertThat(aborted.get("chains").get(1).get("reason").asString())
        .contains("insufficient balance");
    assertThat(balance(ALICE)).isEqualTo(before);
  }

  @Test
  void discardsWhatItVotedYesOnWhenTheDecisionIsAbort() {
    CrossChainTransaction xt = transfer(7);
    long before = balance(ALICE);
    publisher.announce(xt);
    assertThat(publisher.nextVote().getVote()).isTrue();

    String plain = "\"0x" + hex(ALICE.legacy(CHAIN, nonce(), BOB.address(), 1)) + "\"";
    assertThat(http.rpc("eth_sendRawTransaction", plain).get("error").get("message").asString())
        .contains(xt.id().hex());

    publisher.decide(xt.id(), false, "chain 7 did not vote within 3s");

    assertThat(http.awaitXt(xt.id().hex(), "aborted").get("reason").asString())
        .isEqualTo("chain 7 did not vote within 3s");
    assertThat(balance(ALICE)).isEqualTo(before);
    assertThat(http.rpc("eth_sendRawTransaction", plain).has("result")).isTrue();
  }

  @Test
  void repeatsItsVoteAndItsSubmissionAfterAReconnect() {
    CrossChainTransaction xt = transfer(3);
    http.post("/v1/xts", json(xt));
    assertThat(publisher.next().hasXtRequest()).isTrue();
    publisher.announce(xt);
    assertThat(publisher.nextVote().getVote()).isTrue();

    publisher.cut();
    assertThat(http.get("/actuator/health/publisher").status()).isEqualTo(503);
    assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
    publisher.connectInBackground();

    Message first = publisher.next();
    Message second = publisher.next();
    assertThat(first.hasVote() ? first : second).extracting(Message::hasVote).isEqualTo(true);
    assertThat(first.hasVote() ? second : first)
        .extracting(message -> message.getXtRequest().toByteString())
        .isEqualTo(xt.encoded());
    publisher.decide(xt.id(), true, "");
    http.awaitXt(xt.id().hex(), "committed");
  }

  @Test
  void aRefusedSubmissionMayComeAgain() {
    CrossChainTransaction xt = transfer(4);
    http.post("/v1/xts", json(xt));
    assertThat(publisher.next().hasXtRequest()).isTrue();

    publisher.refuse(xt.id(), "the queue is full");

    assertThat(http.awaitXt(xt.id().hex(), "refused").get("reason").asString())
        .isEqualTo("the queue is full");
    assertThat(http.post("/v1/xts", json(xt)).status()).isEqualTo(202);
    assertThat(publisher.next().hasXtRequest()).isTrue();
    publisher.decide(xt.id(), false, "chain 7 is not connected");
    http.awaitXt(xt.id().hex(), "expired");
  }

  @Test
  void neverAppliesACommitItDidNotVoteYesOn() {
    CrossChainTransaction xt = transfer(1_000_001);
    publisher.announce(xt);
    assertThat(publisher.nextVote().getVote()).isFalse();
    long before = balance(ALICE);

    try (LogCapture log = LogCapture.of("io.rollcall.sequencer.ops")) {
      publisher.decide(xt.id(), true, "");
      JsonNode committed = http.awaitXt(xt.id().hex(), "committed");

      assertThat(committed.get("applied").asBoolean()).isFalse();
      assertThat(committed.get("reason").asString()).contains("not applied here");
      assertThat(log.lines(Level.ERROR)).singleElement().asString().contains(xt.id().hex());
    }
    assertThat(balance(ALICE)).isEqualTo(before);
    assertThat(http.get("/actuator/prometheus").text())
        .contains("publisher_consensus_transactions_total{state=\"commit_without_vote\"} 1.0");
  }

  @Test
  void countsTheSlotProtocolAndObeysNobodyButThePublisher() {
    CrossChainTransaction xt = transfer(5);
    publisher.sayFrom("somebody", Message.newBuilder().setXtRequest(xt.request()).build());
    publisher.say(Message.newBuilder().setStartSlot(StartSlot.newBuilder().setSlot(1)).build());

    assertThat(http.get("/v1/xts/" + xt.id().hex()).status()).isEqualTo(404);
    assertThat(http.get("/actuator/prometheus").text())
        .containsPattern("publisher_consensus_circ_messages_total\\{operation=\"unrouted\"} [2-9]");
  }

  @Test
  void showsWhatItIsInHealth() {
    JsonNode readiness = http.get("/actuator/health/readiness").json();

    assertThat(readiness.get("status").asString()).isEqualTo("UP");
    assertThat(readiness.at("/components/storage/details/storage").asString()).isEqualTo("memory");
    assertThat(readiness.at("/components/execution/details/chainId").asString()).isEqualTo("55555");
    JsonNode liveness = http.get("/actuator/health/liveness").json();
    assertThat(liveness.at("/components/coordinator/details/inDoubt").isArray()).isTrue();
  }

  private CrossChainTransaction transfer(long value) {
    return Xts.xt(
        Xts.entry(CHAIN, ALICE.dynamicFee(CHAIN, nonce(), BOB.address(), value)),
        Xts.entry(7, ByteString.copyFromUtf8("for chain 7")));
  }

  private long nonce() {
    return quantity(http.rpc("eth_getTransactionCount", "\"" + ALICE.address() + "\",\"latest\""));
  }

  private long balance(Wallet wallet) {
    return quantity(http.rpc("eth_getBalance", "\"" + wallet.address() + "\",\"latest\""));
  }

  private static long quantity(JsonNode answer) {
    return Long.decode(answer.get("result").asString());
  }

  private static String json(CrossChainTransaction xt) {
    StringBuilder entries = new StringBuilder();
    xt.request()
        .getTransactionsList()
        .forEach(entry ->
            entries
                .append(entries.isEmpty() ? "" : ",")
                .append("{\"chainId\":\"")
                .append(ChainId.normalized(entry.getChainId()))
                .append("\",\"transactions\":[\"0x")
                .append(hex(entry.getTransaction(0)))
                .append("\"]}"));
    return "{\"transactions\":[" + entries + "]}";
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
