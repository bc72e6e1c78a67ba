package io.rollcall.publisher.tracing;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.RecordedSpans;
import io.rollcall.service.tracing.TraceParent;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PublisherTracingTests {

  private static final TraceParent SUBMITTER =
      new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
  private static final Duration PHASE = Duration.ofSeconds(1);

  private final ManualNanoClock clock = new ManualNanoClock();
  private final RecordedSpans recorded = RecordedSpans.ofAll();
  private final PublisherTracing tracing = new PublisherTracing(recorded.tracer(), clock);
  private final CrossChainTransaction xt = xt("one");

  private long queued;
  private long announced;
  private long decided;

  @Test
  void everyPhaseIsASpanUnderTheXtsAndThatOneIsUnderItsSubmitters() {
    tracing.arrived(xt.id(), SUBMITTER.encoded());
    run(XtOutcome.COMMITTED, "");

    SpanData whole = recorded.named("xt");
    assertThat(whole.getTraceId()).isEqualTo(SUBMITTER.traceId());
    assertThat(whole.getParentSpanId()).isEqualTo(SUBMITTER.spanId());
    assertThat(whole.getStartEpochNanos()).isEqualTo(queued);
    assertThat(whole.getEndEpochNanos()).isEqualTo(clock.nanos());
    assertThat(RecordedSpans.attributes(whole))
        .containsEntry("rollcall.xt", xt.id().hex())
        .containsEntry("rollcall.chains", "55555 77777")
        .containsEntry("rollcall.outcome", "committed")
        .doesNotContainKey("rollcall.reason");

    SpanData queue = recorded.under(whole, "xt queue");
    assertThat(queue.getStartEpochNanos()).isEqualTo(queued);
    assertThat(queue.getEndEpochNanos()).isEqualTo(announced);
    SpanData vote = recorded.under(whole, "xt vote");
    assertThat(vote.getStartEpochNanos()).isEqualTo(announced);
    assertThat(vote.getEndEpochNanos()).isEqualTo(decided);
    assertThat(vote.getEvents()).extracting(EventData::getName).containsExactly("55555 yes");
    assertThat(vote.getEvents().getFirst().getEpochNanos()).isEqualTo(announced + 7);
    SpanData decide = recorded.under(whole, "xt decide");
    assertThat(decide.getStartEpochNanos()).isEqualTo(decided);
    assertThat(decide.getEndEpochNanos()).isEqualTo(clock.nanos());

    SpanData started = recorded.under(queue, "xt sync");
    assertThat(started.getEndEpochNanos()).isBetween(queued, announced);
    assertThat(RecordedSpans.attributes(started)).containsEntry("rollcall.synced", "1");
    assertThat(recorded.under(decide, "xt sync").getEndEpochNanos())
        .isBetween(decided, clock.nanos());
    assertThat(recorded.spans()).hasSize(6);
  }

  @Test
  void anAbortSaysWhy() {
    run(XtOutcome.ABORTED, "chain 77777 did not vote");

    assertThat(RecordedSpans.attributes(recorded.named("xt")))
        .containsEntry("rollcall.outcome", "aborted")
        .containsEntry("rollcall.reason", "chain 77777 did not vote");
  }

  @Test
  void anXtThatWasNeverStartedWasOnlyQueued() {
    queued = clock.nanos();
    queue(xt);
    clock.pass(PHASE);
    decided = clock.nanos();
    sync();
    finish(XtOutcome.ABORTED, "expired", OptionalLong.empty());

    assertThat(recorded.names())
        .containsExactlyInAnyOrder("xt", "xt queue", "xt decide", "xt sync");
    assertThat(recorded.under(recorded.named("xt decide"), "xt sync")).isNotNull();
  }

  @Test
  void withoutAContextATraceBeginsHere() {
    run(XtOutcome.COMMITTED, "");

    assertThat(recorded.named("xt").getParentSpanId()).isEqualTo(SpanId.getInvalid());
  }

  @Test
  void whatIsNoContextIsAsNone() {
    tracing.arrived(xt.id(), ByteString.copyFromUtf8(SUBMITTER.encoded().toStringUtf8() + "0"));
    tracing.arrived(xt.id(), ByteString.copyFrom(new byte[] {(byte) 0xff, 0}));
    run(XtOutcome.COMMITTED, "");

    assertThat(recorded.named("xt").getParentSpanId()).isEqualTo(SpanId.getInvalid());
  }

  @Test
  void announcesTheXtsSpanWhileItIsOpen() {
    tracing.arrived(xt.id(), SUBMITTER.encoded());
    assertThat(tracing.of(xt.id())).isEqualTo(ByteString.EMPTY);
    queue();

    TraceParent announcement = TraceParent.parse(tracing.of(xt.id())).orElseThrow();
    assertThat(announcement.sampled()).isTrue();

    announceAndFinish(XtOutcome.COMMITTED, "");
    assertThat(announcement.traceId()).isEqualTo(SUBMITTER.traceId());
    assertThat(announcement.spanId()).isEqualTo(recorded.named("xt").getSpanId());
    assertThat(tracing.of(xt.id())).as("after its end").isEqualTo(ByteString.EMPTY);
  }

  @Test
  void whatTheSubmitterDoesNotSampleIsNotTraced() {
    tracing.arrived(xt.id(), new TraceParent(SUBMITTER.traceId(), "1".repeat(16), false).encoded());
    queue();
    assertThat(tracing.of(xt.id())).isEqualTo(ByteString.EMPTY);

    announceAndFinish(XtOutcome.COMMITTED, "");
    assertThat(recorded.spans()).isEmpty();
  }

  @Test
  void aRefusedRequestLeavesNothingBehind() {
    tracing.arrived(xt.id(), SUBMITTER.encoded());
    tracing.observed(List.of(new PublisherFact.Refused("c1", xt.id(), "full")));
    run(XtOutcome.COMMITTED, "");

    assertThat(recorded.named("xt").getParentSpanId())
        .as("of the request that came later, without a context")
        .isEqualTo(SpanId.getInvalid());
  }

  @Test
  void anXtOfAnEarlierProcessHasNoSpans() {
    sync();
    announceAndFinish(XtOutcome.ABORTED, "the publisher restarted");

    assertThat(recorded.spans()).isEmpty();
  }

  @Test
  void beyondItsBoundXtsGoWithoutSpansUntilOthersEnd() {
    queue();
    for (int i = 1; i < PublisherTracing.MOST_OPEN; i++) {
      queue(xt("other " + i));
    }
    CrossChainTransaction late = xt("late");
    queue(late);
    assertThat(tracing.of(late.id())).isEqualTo(ByteString.EMPTY);

    announceAndFinish(XtOutcome.COMMITTED, "");
    CrossChainTransaction later = xt("later");
    queue(later);
    assertThat(tracing.of(later.id())).isNotEqualTo(ByteString.EMPTY);
  }

  private void run(XtOutcome outcome, String reason) {
    queue();
    announceAndFinish(outcome, reason);
  }

  /** In a batch that also starts it. */
  private void queue() {
    queued = clock.nanos();
    sync();
    tracing.observed(List.of(new PublisherFact.Queued("c1", "alpha", xt, queued)));
  }

  private void queue(CrossChainTransaction other) {
    tracing.observed(List.of(new PublisherFact.Queued("c1", "alpha", other, clock.nanos())));
  }

  private void announceAndFinish(XtOutcome outcome, String reason) {
    clock.pass(PHASE);
    announced = clock.nanos();
    tracing.observed(List.of(new PublisherFact.VotingStarted(xt, announced)));
    clock.pass(PHASE);
    decided = clock.nanos();
    sync();
    finish(outcome, reason, OptionalLong.of(announced));
  }

  private void sync() {
    clock.pass(Duration.ofMillis(1));
    tracing.synced(Set.of(xt.id()), System.nanoTime());
  }

  private void finish(XtOutcome outcome, String reason, OptionalLong at) {
    tracing.observed(
        List.of(
            new PublisherFact.Finished(
                new LogRecord.Decided(
                    1,
                    xt.id(),
                    outcome,
                    reason,
                    "alpha",
                    List.of(
                        new ChainVote(A, ChainVote.Answer.YES, "", OptionalLong.of(7)),
                        new ChainVote(B, ChainVote.Answer.NONE, "", OptionalLong.empty())),
                    queued,
                    at,
                    decided),
                false)));
  }
}
