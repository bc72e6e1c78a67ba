package io.rollcall.sequencer.tracing;

import com.google.protobuf.ByteString;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.sequencer.coordination.SubmissionListener;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.service.tracing.Arrivals;
import io.rollcall.service.tracing.Sync;
import io.rollcall.service.tracing.TraceParent;
import io.rollcall.service.tracing.XtSpans;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of each XT from the facts, under the publisher's span of it: {@code xt vote} from
 * the announcement to the vote, {@code xt apply} or {@code xt discard} from the decision until it
 * took effect, and their syncs. An own submission goes to the publisher with the context of the
 * request it came by.
 *
 * <p>A trace never begins here: an XT whose announcement carries no context has no spans. Nor has
 * one that an earlier process left open: what it belonged to is not written down. An XT takes a
 * place here from its submission or announcement to its end, as in the machine, whose bounds are
 * these; beyond {@value #MOST_OPEN} at a time the others go without.
 */
public final class SequencerTracing
    implements FactListener<SequencerFact>, SyncListener, TraceContexts, SubmissionListener {

  static final int MOST_OPEN = 20_000;

  private static final String CHAIN = "rollcall.chain";
  private static final String VOTE = "rollcall.vote";

  /** What is known of an XT that has not ended. */
  private static final class Open {
    private @Nullable TraceParent submission;
    private @Nullable TraceParent announcement;
    private long announcedNanos;
    private @Nullable Sync vote;
  }

  private final XtSpans spans;
  private final Arrivals submissions = new Arrivals();
  private final Arrivals announcements = new Arrivals();

  /** The coordinator thread's own. */
  private final Map<XtId, Open> open = new HashMap<>();

  private Sync last = Sync.NONE;

  /** Makes spans with this tracer. */
  public SequencerTracing(Tracer tracer, ChainId ownChain, NanoClock clock) {
    this.spans = new XtSpans(tracer, clock, Map.of(CHAIN, ownChain.toString()));
  }

  @Override
  public void submitting(XtId id) {
    spans.here().ifPresent(context -> submissions.put(id, context));
  }

  @Override
  public void arrived(XtId id, ByteString traceContext) {
    TraceParent.parse(traceContext)
        .filter(TraceParent::sampled)
        .ifPresent(context -> announcements.put(id, context));
  }

  /** Called by the coordinator thread alone. */
  @Override
  public ByteString of(XtId id) {
    Open xt = open.get(id);
    return xt == null || xt.submission == null ? ByteString.EMPTY : xt.submission.encoded();
  }

  @Override
  public void synced(Set<?> subjects, long begunNanoTime) {
    last = spans.sync(subjects, begunNanoTime);
    for (Object subject : subjects) {
      if (subject instanceof XtId id) {
        Open xt = open.get(id);
        if (xt != null && xt.announcement != null && xt.vote == null) {
          xt.vote = last;
        }
      }
    }
  }

  @Override
  public void observed(List<SequencerFact> facts) {
    facts.forEach(this::observed);
  }

  private void observed(SequencerFact fact) {
    switch (fact) {
      case SequencerFact.SubmissionAccepted accepted -> accepted(accepted.id(), accepted.atNanos());
      case SequencerFact.SubmissionJoined joined -> submissions.take(joined.id());
      case SequencerFact.SubmissionAnswered answered -> submissions.take(answered.id());
      case SequencerFact.SubmissionRefused refused -> {
        submissions.take(refused.id());
        submissionEnded(refused.id());
      }
      case SequencerFact.SubmissionInDoubt doubt -> submissionEnded(doubt.id());
      case SequencerFact.Started started -> started(started.id(), started.atNanos());
      case SequencerFact.VoteSent vote -> voted(vote);
      case SequencerFact.Finished finished -> finished(finished.outcome());
      case SequencerFact.Ignored ignored -> announcements.take(ignored.id());
      case SequencerFact.Restored _,
          SequencerFact.XtInDoubt _,
          SequencerFact.CommitWithoutVote _,
          SequencerFact.Resolved _,
          SequencerFact.DecidedOtherwise _ -> {}
    }
  }

  private void accepted(XtId id, long atNanos) {
    Optional<TraceParent> context = submissions.take(id);
    if (context.isEmpty()) {
      return;
    }
    TraceParent submission = context.get();
    if (submission.sampled() && isOfThisBatch(last, id, atNanos)) {
      spans.record(last, id, submission);
    }
    Open xt = opened(id);
    if (xt != null) {
      // Also when it is not sampled: then the publisher begins no trace of its own.
      xt.submission = submission;
    }
  }

  /** It is not sent again; whether it was announced is another matter. */
  private void submissionEnded(XtId id) {
    Open xt = open.get(id);
    if (xt != null) {
      xt.submission = null;
      if (xt.announcement == null) {
        open.remove(id);
      }
    }
  }

  private void started(XtId id, long atNanos) {
    Optional<TraceParent> context = announcements.take(id);
    Open xt = context.isEmpty() ? null : opened(id);
    if (xt != null) {
      xt.announcement = context.get();
      xt.announcedNanos = atNanos;
      // Where it was announced and voted on in one batch, its sync came before this fact.
      xt.vote = isOfThisBatch(last, id, atNanos) ? last : null;
    }
  }

  private void voted(SequencerFact.VoteSent sent) {
    announcements.take(sent.id());
    Open xt = open.get(sent.id());
    if (xt == null || xt.announcement == null || sent.repeated()) {
      return;
    }
    Span vote = spans.begin(sent.id(), "xt vote", xt.announcement, xt.announcedNanos);
    vote.tag(VOTE, sent.yes() ? "yes" : "no");
    XtSpans.reason(vote, sent.reason());
    if (xt.vote != null) {
      spans.record(xt.vote, sent.id(), vote);
    }
    XtSpans.end(vote, spans.now());
  }

  private void finished(SequencerOutcome outcome) {
    Open xt = open.remove(outcome.id());
    if (xt == null || xt.announcement == null) {
      return;
    }
    String name = outcome.applied() ? "xt apply" : "xt discard";
    Span end = spans.begin(outcome.id(), name, xt.announcement, outcome.decidedAt());
    XtSpans.outcome(end, outcome.committed() ? "committed" : "aborted", outcome.reason());
    if (isOfThisBatch(last, outcome.id(), outcome.decidedAt())) {
      spans.record(last, outcome.id(), end);
    }
    XtSpans.end(end, spans.now());
  }

  /** The last sync may be an older one: not every batch has something to make durable. */
  private static boolean isOfThisBatch(Sync sync, XtId id, long turnNanos) {
    return sync.begunNanos() >= turnNanos && sync.isOf(id);
  }

  /** The place of this XT; null when all are taken. */
  private @Nullable Open opened(XtId id) {
    Open known = open.get(id);
    if (known != null || open.size() >= MOST_OPEN) {
      return known;
    }
    Open xt = new Open();
    open.put(id, xt);
    return xt;
  }
}
