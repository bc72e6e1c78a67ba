package io.rollcall.service.tracing;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.rollcall.proto.XtId;
import io.rollcall.service.coordination.NanoClock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Makes spans of XTs with times that are known already. Making one is recording it in memory:
 * whoever exports does so on a thread of its own, from a bounded queue, and what does not fit there
 * is dropped. Safe for any thread.
 */
public final class XtSpans {

  /** The XT's id, on each of its spans. */
  public static final String XT = "rollcall.xt";

  private static final String OUTCOME = "rollcall.outcome";
  private static final String REASON = "rollcall.reason";

  /** On each span of a sync: how many XTs and plain transactions it made durable. */
  static final String SYNCED = "rollcall.synced";

  private static final String SYNC = "xt sync";

  private final Tracer tracer;
  private final NanoClock clock;
  private final Map<String, String> tags;

  /**
   * Makes them with this tracer, which decides what is sampled.
   *
   * @param tags on each of them
   */
  public XtSpans(Tracer tracer, NanoClock clock, Map<String, String> tags) {
    this.tracer = tracer;
    this.clock = clock;
    this.tags = Map.copyOf(tags);
  }

  /** Now, as spans have it: nanoseconds since the Unix epoch. */
  public long now() {
    return clock.nanos();
  }

  /** The sync that ended just now. */
  public Sync sync(Set<?> subjects, long begunNanoTime) {
    long ended = now();
    return new Sync(subjects, ended - (System.nanoTime() - begunNanoTime), ended);
  }

  /**
   * Begins the first span of an XT here, for {@link #end}: the root of a trace without a parent.
   */
  public Span begin(XtId id, String name, Optional<TraceParent> parent, long sinceNanos) {
    Span.Builder builder = builder(id, name, sinceNanos);
    return parent
        .map(known -> builder.setParent(remote(known)))
        .orElseGet(builder::setNoParent)
        .start();
  }

  /** Begins a span under one that is known by its place, for {@link #end}. */
  public Span begin(XtId id, String name, TraceParent parent, long sinceNanos) {
    return builder(id, name, sinceNanos).setParent(remote(parent)).start();
  }

  /** Begins a span under another one, for {@link #end}. */
  public Span begin(XtId id, String name, Span parent, long sinceNanos) {
    return builder(id, name, sinceNanos).setParent(parent.context()).start();
  }

  /** Says on a span how the XT ended. */
  public static void outcome(Span span, String outcome, String reason) {
    span.tag(OUTCOME, outcome);
    reason(span, reason);
  }

  /** Says on a span why not; nothing if there is no reason. */
  public static void reason(Span span, String reason) {
    if (!reason.isEmpty()) {
      span.tag(REASON, reason);
    }
  }

  /** Ends a span. */
  public static void end(Span span, long nanos) {
    span.end(nanos, TimeUnit.NANOSECONDS);
  }

  /** Records the sync that made something of this XT durable. */
  public void record(Sync sync, XtId id, Span parent) {
    end(begin(id, SYNC, parent, sync.begunNanos()), sync);
  }

  /** Records the sync that made something of this XT durable, under a span known by its place. */
  public void record(Sync sync, XtId id, TraceParent parent) {
    end(begin(id, SYNC, parent, sync.begunNanos()), sync);
  }

  private static void end(Span span, Sync sync) {
    end(span.tag(SYNCED, sync.subjects().size()), sync.endedNanos());
  }

  /** Whether anything is recorded of this span and of those under it. */
  public static boolean isSampled(Span span) {
    return Boolean.TRUE.equals(span.context().sampled());
  }

  /** Where this span is, for a message. */
  public static TraceParent at(TraceContext context) {
    return new TraceParent(
        context.traceId(), context.spanId(), Boolean.TRUE.equals(context.sampled()));
  }

  /** Where the calling thread is, if its work is part of a trace. */
  public Optional<TraceParent> here() {
    return Optional.ofNullable(tracer.currentSpan()).map(span -> at(span.context()));
  }

  private Span.Builder builder(XtId id, String name, long sinceNanos) {
    Span.Builder builder =
        tracer
            .spanBuilder()
            .name(name)
            .tag(XT, id.hex())
            .startTimestamp(sinceNanos, TimeUnit.NANOSECONDS);
    tags.forEach(builder::tag);
    return builder;
  }

  private TraceContext remote(TraceParent parent) {
    return tracer
        .traceContextBuilder()
        .traceId(parent.traceId())
        .spanId(parent.spanId())
        .sampled(parent.sampled())
        .build();
  }
}
