package io.rollcall.publisher.tracing;

import com.google.protobuf.ByteString;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.service.tracing.Arrivals;
import io.rollcall.service.tracing.Sync;
import io.rollcall.service.tracing.TraceParent;
import io.rollcall.service.tracing.XtSpans;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of each XT from the facts: {@code xt} from its arrival to its decision, under
 * whatever the submitter says it belongs to, and under it {@code xt queue}, {@code xt vote}, {@code
 * xt decide} and the syncs. Sequencers hear of {@code xt} in the message that announces the XT.
 *
 * <p>Only sampled XTs take a place here, from being queued to being decided, so the queue's bounds
 * are theirs too; beyond {@value #MOST_OPEN} at a time the others run without spans, here and
 * everywhere. One that an earlier process left open has none either: what it belonged to is not
 * written down.
 */
public final class PublisherTracing
    implements FactListener<PublisherFact>, SyncListener, TraceContexts {

  static final int MOST_OPEN = 20_000;

  private static final String CHAINS = "rollcall.chains";

  /** A sampled XT that is queued or voted on; but for the span, the coordinator thread's own. */
  private static final class Open {

    private final Span span;
    private @Nullable Sync start;

    Open(Span span) {
      this.span = span;
    }
  }

  private final XtSpans spans;
  private final Arrivals arrivals = new Arrivals();
  private final Map<XtId, Open> open = new ConcurrentHashMap<>();
  private Sync last = Sync.NONE;

  /** Makes spans with this tracer. */
  public PublisherTracing(Tracer tracer, NanoClock clock) {
    this.spans = new XtSpans(tracer, clock, Map.of());
  }

  @Override
  public void arrived(XtId id, ByteString traceContext) {
    TraceParent.parse(traceContext).ifPresent(context -> arrivals.put(id, context));
  }

  @Override
  public ByteString of(XtId id) {
    Open xt = open.get(id);
    return xt == null ? ByteString.EMPTY : XtSpans.at(xt.span.context()).encoded();
  }

  @Override
  public void synced(Set<?> subjects, long begunNanoTime) {
    last = spans.sync(subjects, begunNanoTime);
    for (Object subject : subjects) {
      if (subject instanceof XtId id) {
        Open xt = open.get(id);
        if (xt != null && xt.start == null) {
          xt.start = last;
        }
      }
    }
  }

  @Override
  public void observed(List<PublisherFact> facts) {
    facts.forEach(this::observed);
  }

  private void observed(PublisherFact fact) {
    switch (fact) {
      case PublisherFact.Queued queued -> queued(queued.xt(), queued.queuedNanos());
      case PublisherFact.Finished finished -> finished(finished.decision());
      case PublisherFact.Refused refused -> arrivals.take(refused.id());
      case PublisherFact.Repeated repeated -> arrivals.take(repeated.id());
      case PublisherFact.VotingStarted _,
          PublisherFact.VoteCounted _,
          PublisherFact.VoteIgnored _,
          PublisherFact.IdentityMismatch _,
          PublisherFact.ChainStoppedAnswering _,
          PublisherFact.ChainAnswersAgain _ -> {}
    }
  }

  private void queued(CrossChainTransaction xt, long queuedNanos) {
    Optional<TraceParent> parent = arrivals.take(xt.id());
    if (open.size() >= MOST_OPEN) {
      return;
    }
    Span span = spans.begin(xt.id(), "xt", parent, queuedNanos);
    if (!XtSpans.isSampled(span)) {
      return;
    }
    span.tag(CHAINS, xt.chains().stream().map(ChainId::toString).collect(Collectors.joining(" ")));
    Open begun = new Open(span);
    if (last.isOf(xt.id())) {
      // Queued and started in one batch, whose sync came before this fact.
      begun.start = last;
    }
    open.put(xt.id(), begun);
  }

  /** The decision has the times of everything before it, so nothing else is made until then. */
  private void finished(LogRecord.Decided decision) {
    Open xt = open.remove(decision.id());
    if (xt == null) {
      return;
    }
    XtId id = decision.id();
    long announced = decision.announcedNanos().orElse(decision.decidedNanos());
    Span queue = spans.begin(id, "xt queue", xt.span, decision.queuedNanos());
    Sync start = xt.start;
    if (start != null && start.endedNanos() <= announced) {
      // An XT that was never started has no sync but its decision's.
      spans.record(start, id, queue);
    }
    XtSpans.end(queue, announced);
    if (decision.announcedNanos().isPresent()) {
      Span vote = spans.begin(id, "xt vote", xt.span, announced);
      for (ChainVote counted : decision.votes()) {
        counted
            .latencyNanos()
            .ifPresent(latency ->
                vote.event(
                    counted.chain() + " " + lowerCase(counted.answer()),
                    announced + latency,
                    TimeUnit.NANOSECONDS));
      }
      XtSpans.end(vote, decision.decidedNanos());
    }
    Span decide = spans.begin(id, "xt decide", xt.span, decision.decidedNanos());
    if (last.isOf(id)) {
      spans.record(last, id, decide);
    }
    long now = spans.now();
    XtSpans.end(decide, now);
    XtSpans.outcome(xt.span, lowerCase(decision.outcome()), decision.reason());
    XtSpans.end(xt.span, now);
  }

  private static String lowerCase(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }
}
