package io.rollcall.publisher;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.request;
import static io.rollcall.publisher.testing.Xts.vote;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Message;
import io.rollcall.service.testing.Waiting;
import io.rollcall.service.tracing.TraceParent;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.RawSocketPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** What raw peers may say of traces, and what they hear. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "transport.listen-addr=127.0.0.1:0",
      "management.tracing.sampling.probability=1.0",
      "management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:1",
      "management.tracing.export.otlp.enabled=false"
    })
class TracingIntegrationTests {

  private static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();
  private static final TraceParent SUBMITTER =
      new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);

  @TestConfiguration(proxyBeanMethods = false)
  static class Recording {

    @Bean
    SpanProcessor recording() {
      return SimpleSpanProcessor.create(SPANS);
    }
  }

  @LocalTransportPort private int transportPort;

  private RawSocketPeer alpha;
  private RawSocketPeer beta;

  @BeforeEach
  void connect() {
    SPANS.reset();
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), transportPort);
    alpha = RawSocketPeer.connect(server);
    beta = RawSocketPeer.connect(server);
  }

  @AfterEach
  void disconnect() {
    alpha.close();
    beta.close();
  }

  @Test
  void anAnnouncementCarriesThePublishersSpanBesideTheSameBytes() {
    CrossChainTransaction xt = xt("with a context");
    alpha.send(request(xt).toBuilder().setTraceContext(SUBMITTER.encoded()).build());

    Message announcement = next(beta, xt);
    TraceParent announced = TraceParent.parse(announcement.getTraceContext()).orElseThrow();
    assertThat(announced.traceId()).isEqualTo(SUBMITTER.traceId());
    assertThat(announced.spanId()).isNotEqualTo(SUBMITTER.spanId());
    assertThat(CrossChainTransaction.requestBytes(announcement.toByteString()))
        .isEqualTo(xt.encoded());

    assertCommits(xt);
    SpanData span = spanOf(xt);
    assertThat(span.getSpanId()).isEqualTo(announced.spanId());
    assertThat(span.getParentSpanId()).isEqualTo(SUBMITTER.spanId());
  }

  static List<ByteString> whatIsNoContext() {
    return List.of(
        ByteString.EMPTY,
        ByteString.copyFromUtf8("00-1"),
        ByteString.copyFrom(new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff}),
        SUBMITTER.encoded().concat(ByteString.copyFromUtf8("-and more")),
        ByteString.copyFromUtf8("x".repeat(100_000)));
  }

  @ParameterizedTest
  @MethodSource("whatIsNoContext")
  void whateverElseAPeerSendsAsAContextIsIgnored(ByteString context) {
    CrossChainTransaction xt = xt("with " + context.hashCode());
    alpha.send(request(xt).toBuilder().setTraceContext(context).build());

    Message announcement = next(beta, xt);
    assertThat(TraceParent.parse(announcement.getTraceContext()).orElseThrow().traceId())
        .as("a trace that begins here")
        .isNotEqualTo(SUBMITTER.traceId());
    assertCommits(xt);
    assertThat(spanOf(xt).getParentSpanId()).isEqualTo(SpanId.getInvalid());
  }

  /** On the connection that sent it. */
  private void assertCommits(CrossChainTransaction xt) {
    assertThat(next(alpha, xt).getXtRequest()).isEqualTo(xt.request());
    alpha.send(vote(xt, A, true, ""));
    beta.send(vote(xt, B, true, ""));
    assertThat(next(alpha, xt).getDecided().getDecision()).isTrue();
    assertThat(next(beta, xt).getDecided().getDecision()).isTrue();
  }

  private static SpanData spanOf(CrossChainTransaction xt) {
    Waiting.until("the XT's span", () -> spansOf(xt).size() == 1);
    return spansOf(xt).getFirst();
  }

  private static List<SpanData> spansOf(CrossChainTransaction xt) {
    return SPANS.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals("xt"))
        .filter(span -> span.getAttributes().asMap().containsValue(xt.id().hex()))
        .toList();
  }

  /** The next message that is neither the transport's own nor told of an earlier test. */
  private static Message next(RawSocketPeer peer, CrossChainTransaction xt) {
    Message message = peer.readMessage();
    while (message.hasPing()
        || (message.hasDecided() && !message.getDecided().getXtId().equals(xt.id().toMessage()))) {
      message = peer.readMessage();
    }
    return message;
  }
}
