package io.rollcall.sequencer.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.RecordedSpans;
import io.rollcall.service.tracing.TraceParent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequencerTracingTests {

  private static final TraceParent PUBLISHER =
      new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
  private static final CrossChainTransaction XT = xt(0);
  private static final XtId ID = XT.id();

  private final ManualNanoClock clock = new ManualNanoClock();
  private final RecordedSpans recorded = RecordedSpans.ofAll();
  private final SequencerTracing tracing =
      new SequencerTracing(recorded.tracer(), ChainId.of(55_555), clock);

  private long began;

  @Test
  void theVoteAndItsEffectAreSpansUnderThePublishers() {
    announce(PUBLISHER.encoded());
    long announced = began;
    vote(true, "");

    SpanData vote = recorded.named("xt vote");
    assertThat(vote.getTraceId()).isEqualTo(PUBLISHER.traceId());
    assertThat(vote.getParentSpanId()).isEqualTo(PUBLISHER.spanId());
    assertThat(vote.getStartEpochNanos()).isEqualTo(announced);
    assertThat(vote.getEndEpochNanos()).isEqualTo(clock.nanos());
    assertThat(RecordedSpans.attributes(vote))
        .containsEntry("rollcall.xt", ID.hex())
        .containsEntry("rollcall.chain", "55555")
        .containsEntry("rollcall.vote", "yes")
        .doesNotContainKey("rollcall.reason");
    assertThat(recorded.under(vote, "xt sync").getStartEpochNanos()).isGreaterThan(announced);

    finish(true, "");
    SpanData apply = recorded.named("xt apply");
    assertThat(apply.getTraceId()).isEqualTo(PUBLISHER.traceId());
    assertThat(apply.getParentSpanId()).isEqualTo(PUBLISHER.spanId());
    assertThat(apply.getStartEpochNanos()).isEqualTo(began);
    assertThat(RecordedSpans.attributes(apply)).containsEntry("rollcall.outcome", "committed");
    assertThat(recorded.under(apply, "xt sync").getStartEpochNanos()).isGreaterThan(began);
    assertThat(recorded.spans()).hasSize(4);
  }

  @Test
  void anAbortIsDiscardedAndSaysWhy() {
    announce(PUBLISHER.encoded());
    vote(false, "nonce too low");
    finish(false, "chain 55555 voted no: nonce too low");

    assertThat(RecordedSpans.attributes(recorded.named("xt vote")))
        .containsEntry("rollcall.vote", "no")
        .containsEntry("rollcall.reason", "nonce too low");
    assertThat(RecordedSpans.attributes(recorded.named("xt discard")))
        .containsEntry("rollcall.outcome", "aborted")
        .containsEntry("rollcall.reason", "chain 55555 voted no: nonce too low");
  }

  @Test
  void aRepeatedVoteIsNoSecondSpan() {
    announce(PUBLISHER.encoded());
    vote(true, "");
    tracing.observed(List.of(new SequencerFact.VoteSent(ID, true, "", true)));

    assertThat(recorded.named("xt vote")).isNotNull();
  }

  @Test
  void withoutAContextOrWithWhatIsNoneThereAreNoSpans() {
    for (ByteString context :
        List.of(
            ByteString.EMPTY,
            ByteString.copyFromUtf8("00-1"),
            PUBLISHER.encoded().concat(ByteString.copyFromUtf8("-more")),
            new TraceParent(PUBLISHER.traceId(), PUBLISHER.spanId(), false).encoded())) {
      announce(context);
      vote(true, "");
      finish(true, "");
    }

    assertThat(recorded.spans()).isEmpty();
  }

  @Test
  void aSubmissionCarriesTheContextOfItsRequestUntilItsEnd() {
    Span request = submitInARequest();
    accept();

    TraceParent sent = TraceParent.parse(tracing.of(ID)).orElseThrow();
    assertThat(sent.traceId()).isEqualTo(request.context().traceId());
    assertThat(sent.spanId()).isEqualTo(request.context().spanId());
    assertThat(recorded.named("xt sync").getParentSpanId()).isEqualTo(request.context().spanId());

    finish(true, "");
    assertThat(tracing.of(ID)).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void aRequestThatIsNotSampledSaysSoToThePublisher() {
    RecordedSpans unsampled = RecordedSpans.ofSampledParents();
    SequencerTracing quiet = new SequencerTracing(unsampled.tracer(), ChainId.of(1), clock);
    Span request = unsampled.tracer().nextSpan().start();
    try (Tracer.SpanInScope _ = unsampled.tracer().withSpan(request)) {
      quiet.submitting(ID);
    }
    quiet.observed(List.of(new SequencerFact.SubmissionAccepted(XT, clock.nanos())));

    assertThat(TraceParent.parse(quiet.of(ID)).orElseThrow().sampled()).isFalse();
    assertThat(unsampled.spans()).isEmpty();
  }

  @Test
  void aRefusedSubmissionIsForgotten() {
    var _ = submitInARequest();
    accept();
    tracing.observed(List.of(new SequencerFact.SubmissionRefused(ID, true, "full")));

    assertThat(tracing.of(ID)).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void anXtOfAnEarlierProcessHasNoSpans() {
    vote(true, "");
    finish(true, "");

    assertThat(recorded.spans()).isEmpty();
    assertThat(tracing.of(ID)).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void beyondItsBoundXtsGoWithoutSpansUntilOthersEnd() {
    announce(PUBLISHER.encoded());
    for (int i = 1; i < SequencerTracing.MOST_OPEN; i++) {
      start(xt(i));
    }
    CrossChainTransaction late = xt(SequencerTracing.MOST_OPEN);
    start(late);
    tracing.observed(List.of(new SequencerFact.VoteSent(late.id(), true, "", false)));
    assertThat(recorded.spans()).isEmpty();

    finish(true, "");
    CrossChainTransaction later = xt(SequencerTracing.MOST_OPEN + 1);
    start(later);
    tracing.observed(List.of(new SequencerFact.VoteSent(later.id(), true, "", false)));
    assertThat(recorded.names()).contains("xt vote");
  }

  private Span submitInARequest() {
    Span request = recorded.tracer().nextSpan().start();
    try (Tracer.SpanInScope _ = recorded.tracer().withSpan(request)) {
      tracing.submitting(ID);
    }
    return request;
  }

  private void accept() {
    began = clock.nanos();
    sync();
    tracing.observed(List.of(new SequencerFact.SubmissionAccepted(XT, began)));
  }

  private void announce(ByteString context) {
    clock.pass(Duration.ofSeconds(1));
    began = clock.nanos();
    tracing.arrived(ID, context);
    tracing.observed(List.of(new SequencerFact.Started(XT, began)));
  }

  private void start(CrossChainTransaction xt) {
    tracing.arrived(xt.id(), PUBLISHER.encoded());
    tracing.observed(List.of(new SequencerFact.Started(xt, clock.nanos())));
  }

  private void vote(boolean yes, String reason) {
    clock.pass(Duration.ofSeconds(1));
    sync();
    tracing.observed(List.of(new SequencerFact.VoteSent(ID, yes, reason, false)));
  }

  private void finish(boolean commit, String reason) {
    clock.pass(Duration.ofSeconds(1));
    began = clock.nanos();
    sync();
    tracing.observed(
        List.of(
            new SequencerFact.Finished(
                1,
                new SequencerOutcome(
                    ID,
                    commit,
                    commit,
                    reason,
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.of(began),
                    OptionalLong.of(began),
                    began))));
  }

  private void sync() {
    clock.pass(Duration.ofMillis(10));
    tracing.synced(Set.of(ID, "a plain transaction"), System.nanoTime());
  }

  private static CrossChainTransaction xt(int number) {
    return Xts.xt(
        Xts.entry(55_555, ByteString.copyFromUtf8("content " + number)),
        Xts.entry(77_777, ByteString.copyFromUtf8("of another chain")));
  }
}
