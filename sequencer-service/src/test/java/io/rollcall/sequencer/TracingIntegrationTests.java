package io.rollcall.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.sequencer.testing.Http;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.testing.Waiting;
import io.rollcall.service.tracing.TraceParent;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What the publisher may say of traces. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "sequencer.chain-id=55555",
      "transport.reconnect-delay=20ms",
      "sequencer.execution.genesis.0x7e5f4552091a69125d5dfcb7b8c2659029395bdf=1000",
      "management.tracing.sampling.probability=1.0",
      "management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:1",
      "management.tracing.export.otlp.enabled=false"
    })
@DirtiesContext
class TracingIntegrationTests {

  private static final long CHAIN = 55_555;
  private static final RawServer PUBLISHER = RawServer.listen();
  private static final Wallet ALICE = Wallet.number(1);
  private static final Wallet BOB = Wallet.number(101);
  private static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();
  private static final TraceParent ANNOUNCED =
      new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);

  @TestConfiguration(proxyBeanMethods = false)
  static class Recording {

    @Bean
    SpanProcessor recording() {
      return SimpleSpanProcessor.create(SPANS);
    }
  }

  @LocalServerPort private int port;

  @DynamicPropertySource
  static void address(DynamicPropertyRegistry properties) {
    properties.add("transport.server-addr", PUBLISHER::address);
  }

  @AfterAll
  static void close() {
    PUBLISHER.close();
  }

  @Test
  void aContextIsFollowedAndWhateverElseThePublisherSendsIsIgnored() {
    RawSocketPeer publisher = PUBLISHER.accept();
    List<ByteString> nonsense =
        List.of(
            ByteString.EMPTY,
            ByteString.copyFromUtf8("00-1"),
            ByteString.copyFrom(new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff}),
            ANNOUNCED.encoded().concat(ByteString.copyFromUtf8("-and more")),
            ByteString.copyFromUtf8("x".repeat(100_000)));

    long nonce = 0;
    for (ByteString context : nonsense) {
      commit(publisher, nonce++, context);
    }
    assertThat(spans()).isEmpty();

    String id = commit(publisher, nonce, ANNOUNCED.encoded());
    Waiting.until("the XT to be applied", () -> !named("xt apply").isEmpty());
    assertThat(named("xt vote")).hasSize(1);
    assertThat(spans())
        .allSatisfy(span -> {
          assertThat(span.getTraceId()).isEqualTo(ANNOUNCED.traceId());
          assertThat(span.getAttributes().asMap()).containsValue(id);
        });
    publisher.close();
  }

  /** On the one connection, so that it must live. */
  private String commit(RawSocketPeer publisher, long nonce, ByteString context) {
    CrossChainTransaction xt =
        Xts.xt(
            Xts.entry(CHAIN, ALICE.legacy(CHAIN, nonce, BOB.address(), 1)),
            Xts.entry(77_777, ByteString.copyFromUtf8("of another chain")));
    publisher.send(message().setXtRequest(xt.request()).setTraceContext(context).build());
    Vote vote = vote(publisher);
    assertThat(XtId.of(vote.getXtId())).isEqualTo(xt.id());
    assertThat(vote.getVote()).as(vote.getReason()).isTrue();
    publisher.send(
        message()
            .setDecided(Decided.newBuilder().setXtId(xt.id().toMessage()).setDecision(true))
            .build());
    new Http(port).awaitXt(xt.id().hex(), "committed");
    return xt.id().hex();
  }

  private static List<SpanData> spans() {
    return SPANS.getFinishedSpanItems().stream()
        .filter(span -> span.getName().startsWith("xt"))
        .toList();
  }

  private static List<SpanData> named(String name) {
    return spans().stream().filter(span -> span.getName().equals(name)).toList();
  }

  private static Message.Builder message() {
    return Message.newBuilder().setSenderId("publisher");
  }

  private static Vote vote(RawSocketPeer publisher) {
    Message message = publisher.readMessage();
    while (!message.hasVote()) {
      message = publisher.readMessage();
    }
    return message.getVote();
  }
}
