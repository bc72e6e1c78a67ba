package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.NanoClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What answers questions about XTs. Fed with facts by the coordinator thread, read by any; one
 * lock, held for a batch of facts or for one answer.
 *
 * <p>Bounded: of the XTs that have ended it keeps the last {@code maxFinished}, fewer when they
 * name many chains (640 bytes each is what they may take on average), and none that ended longer
 * ago than {@code maxAge}; but none goes before the {@link XtArchive} holds it, where it is looked
 * up from then on. Those without an end are all kept; the machine bounds them.
 */
public final class XtProjection implements FactListener<SequencerFact> {

  private static final int MAX_INTERNED = 1_024;

  /** Bytes per kept XT, on average: enough for two chains and a reason. */
  private static final int BYTES_PER_XT = 640;

  private final ChainId ownChain;
  private final int maxFinished;
  private final long maxAgeNanos;
  private final NanoClock clock;
  private final XtArchive archive;
  private final Map<XtId, XtRow> byId = new HashMap<>();

  /** Those of them that have ended, the first to end first. */
  private final LinkedHashMap<XtId, XtRow> finished = new LinkedHashMap<>();

  private long finishedBytes;

  private final LinkedHashSet<XtId> inDoubt = new LinkedHashSet<>();

  /** Same chains, same list: most rows name one of few combinations. */
  private final Map<List<ChainId>, List<ChainId>> interned = new HashMap<>();

  /**
   * Keeps what these bounds allow.
   *
   * @param maxFinished how many XTs that have ended, at least 1
   * @param maxAge for how long after their end
   * @param archive where the others are
   */
  public XtProjection(
      ChainId ownChain, int maxFinished, Duration maxAge, NanoClock clock, XtArchive archive) {
    this.ownChain = ownChain;
    this.maxFinished = maxFinished;
    this.maxAgeNanos = maxAge.toNanos();
    this.clock = clock;
    this.archive = archive;
  }

  @Override
  public synchronized void observed(List<SequencerFact> facts) {
    facts.forEach(this::apply);
    dropOld();
  }

  /** The XT of this id, while it is kept. */
  public Optional<XtView> find(XtId id) {
    synchronized (this) {
      dropOld();
      XtRow row = byId.get(id);
      if (row != null) {
        return Optional.of(row.view(ownChain));
      }
    }
    return archive.find(id);
  }

  /** The XTs that this chain has voted yes on and whose decision is overdue, longest first. */
  public synchronized List<XtId> inDoubt() {
    return List.copyOf(inDoubt);
  }

  /** How many XTs have no end yet. */
  public synchronized int open() {
    return byId.size() - finished.size();
  }

  /** How many XTs are kept, ended ones included. */
  public synchronized int size() {
    return byId.size();
  }

  private void apply(SequencerFact fact) {
    switch (fact) {
      case SequencerFact.SubmissionAccepted(CrossChainTransaction xt, long atNanos) ->
          opened(xt).submitted(atNanos);
      case SequencerFact.Started(CrossChainTransaction xt, long atNanos) ->
          opened(xt).started(atNanos);
      case SequencerFact.Restored(CrossChainTransaction xt, SequencerRecord record) ->
          restore(opened(xt), record);
      case SequencerFact.VoteSent(XtId id, boolean yes, String reason, _) ->
          with(id, row -> row.voted(yes, reason, clock.nanos()));
      case SequencerFact.SubmissionJoined(XtId id) -> with(id, this::askedAgain);
      case SequencerFact.SubmissionInDoubt(XtId id) -> with(id, XtProjection::submissionInDoubt);
      case SequencerFact.XtInDoubt(XtId id) -> {
        inDoubt.add(id);
        with(id, row -> row.inDoubt("voted yes, and no decision came from the publisher"));
      }
      case SequencerFact.SubmissionRefused(XtId id, boolean byPublisher, String reason) -> {
        if (byPublisher) {
          with(id, row -> refused(row, reason));
        }
      }
      case SequencerFact.Finished(long number, SequencerOutcome outcome) -> {
        inDoubt.remove(outcome.id());
        with(
            outcome.id(),
            row -> {
              forgetEnd(row.id);
              row.finished(outcome, ownChain);
              row.numbered(number);
              ended(row);
            });
      }
      case SequencerFact.CommitWithoutVote(XtId id) -> with(id, XtRow::committedWithoutOwnVote);
      case SequencerFact.SubmissionAnswered _,
          SequencerFact.Resolved _,
          SequencerFact.DecidedOtherwise _,
          SequencerFact.Ignored _ -> {}
    }
  }

  private static void restore(XtRow row, SequencerRecord record) {
    switch (record) {
      case SequencerRecord.Submitted submitted -> row.submitted(submitted.atNanos());
      case SequencerRecord.Voted voted -> {
        row.started(voted.startedNanos());
        row.voted(voted.yes(), voted.reason(), voted.atNanos());
      }
      case SequencerRecord.Decided _, SequencerRecord.SubmissionRefused _ -> {
        // Those have ended.
      }
    }
  }

  /** The row of an XT that has no end: a refused one that comes again begins anew. */
  private XtRow opened(CrossChainTransaction xt) {
    XtRow row = byId.get(xt.id());
    if (row == null || row.state().isFinal()) {
      forgetEnd(xt.id());
      row = new XtRow(xt.id(), intern(xt.chains()));
      byId.put(row.id, row);
    }
    return row;
  }

  private void with(XtId id, Consumer<XtRow> change) {
    XtRow row = byId.get(id);
    if (row != null) {
      change.accept(row);
    }
  }

  private static void submissionInDoubt(XtRow row) {
    if (!row.state().isFinal() && !row.wasStarted()) {
      row.inDoubt("submitted, and no outcome came from the publisher");
    }
  }

  private void askedAgain(XtRow row) {
    if (row.state() == XtState.IN_DOUBT && !inDoubt.contains(row.id)) {
      row.noLongerInDoubt();
    }
  }

  /** Ends the submission only: what was announced goes on. */
  private void refused(XtRow row, String reason) {
    if (!row.state().isFinal() && !row.wasStarted()) {
      row.refused(reason, clock.nanos());
      ended(row);
    }
  }

  private void ended(XtRow row) {
    finished.put(row.id, row);
    finishedBytes += row.charge();
  }

  private void forgetEnd(XtId id) {
    XtRow row = finished.remove(id);
    if (row != null) {
      finishedBytes -= row.charged();
    }
  }

  private void dropOld() {
    long youngestTooOld = clock.nanos() - maxAgeNanos;
    Map.Entry<XtId, XtRow> oldest = finished.firstEntry();
    while (oldest != null
        && oldest.getValue().number() <= archive.archived()
        && (finished.size() > maxFinished
            || finishedBytes > (long) maxFinished * BYTES_PER_XT
            || oldest.getValue().endedNanos() < youngestTooOld)) {
      forgetEnd(oldest.getKey());
      byId.remove(oldest.getKey());
      oldest = finished.firstEntry();
    }
  }

  /** Own copies: the ids of a request may share the memory of all of it. */
  private List<ChainId> intern(List<ChainId> chains) {
    List<ChainId> known = interned.get(chains);
    if (known != null) {
      return known;
    }
    if (interned.size() >= MAX_INTERNED) {
      interned.clear();
    }
    List<ChainId> copy =
        chains.stream()
            .map(chain -> new ChainId(ByteString.copyFrom(chain.bytes().toByteArray())))
            .toList();
    interned.put(copy, copy);
    return copy;
  }
}
