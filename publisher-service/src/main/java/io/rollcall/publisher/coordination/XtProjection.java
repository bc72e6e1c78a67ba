package io.rollcall.publisher.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What answers questions about XTs: one by id, lists newest first. Fed with facts by the
 * coordinator thread, read by any; one lock, held for a batch of facts or for {@value #SCAN_CHUNK}
 * rows of a search.
 *
 * <p>Bounded: of the finished XTs it keeps the last {@code maxFinished}, fewer when they name many
 * chains (640 bytes each is what they may take on average), and none decided longer ago than {@code
 * maxAge}. Those that are not finished are all kept; the machine bounds them. Refused requests
 * leave no trace here.
 */
public final class XtProjection implements FactListener<PublisherFact> {

  private static final int SCAN_CHUNK = 4_096;
  private static final int MAX_INTERNED = 1_024;

  /** Bytes per kept XT, on average: enough for two chains and a reason. */
  private static final int BYTES_PER_XT = 640;

  private static final int FIRST_RING_SIZE = 1_024;

  private final int maxFinished;
  private final long maxAgeNanos;
  private final NanoClock clock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<XtId, XtRow> byId = new HashMap<>();
  private final ArrayDeque<XtRow> finished = new ArrayDeque<>();

  /** Same chains, same list: most rows name one of few combinations. */
  private final Map<List<ChainId>, List<ChainId>> interned = new HashMap<>();

  /**
   * Rows by sequence number modulo its length, which is a power of two; null where one was dropped.
   * Grows when rows that are not finished keep the oldest place, at most by what can arrive while
   * an XT lives.
   */
  private @Nullable XtRow[] ring = new @Nullable XtRow[FIRST_RING_SIZE];

  private long finishedBytes;
  private long firstSequence = 1;
  private long nextSequence = 1;

  /**
   * Keeps what these bounds allow.
   *
   * @param maxFinished how many finished XTs, at least 1
   * @param maxAge for how long after their decision
   */
  public XtProjection(int maxFinished, Duration maxAge, NanoClock clock) {
    this.maxFinished = maxFinished;
    this.maxAgeNanos = maxAge.toNanos();
    this.clock = clock;
  }

  @Override
  public void observed(List<PublisherFact> facts) {
    lock.lock();
    try {
      for (PublisherFact fact : facts) {
        apply(fact);
      }
      dropOld();
    } finally {
      lock.unlock();
    }
  }

  /** The XT of this id, while it is kept. */
  public Optional<XtView> find(XtId id) {
    lock.lock();
    try {
      dropOld();
      return Optional.ofNullable(byId.get(id)).map(XtRow::view);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The newest XTs that fit. May look at every row that is kept; the coordinator gets its turn in
   * between, so what changes meanwhile may be seen before or after.
   */
  public XtPage list(XtQuery query) {
    List<XtView> found = new ArrayList<>(Math.min(query.limit(), SCAN_CHUNK));
    long position = Long.MAX_VALUE;
    if (query.after().isPresent()) {
      position = query.after().getAsLong() - 1;
    }
    boolean more = true;
    while (more && found.size() <= query.limit()) {
      lock.lock();
      try {
        dropOld();
        position = Math.min(position, nextSequence - 1);
        long end = Math.max(firstSequence, position - SCAN_CHUNK + 1);
        for (; position >= end && found.size() <= query.limit(); position--) {
          XtRow row = ring[slot(position)];
          if (row != null && fits(row, query)) {
            found.add(row.view());
          }
        }
        more = position >= firstSequence;
      } finally {
        lock.unlock();
      }
    }
    return page(found, query.limit());
  }

  /** How many XTs are kept. */
  public int size() {
    lock.lock();
    try {
      return byId.size();
    } finally {
      lock.unlock();
    }
  }

  /** One more than the limit was looked for, to know whether there is a next page. */
  private static XtPage page(List<XtView> found, int limit) {
    if (found.size() <= limit) {
      return new XtPage(found, OptionalLong.empty());
    }
    List<XtView> xts = found.subList(0, limit);
    return new XtPage(xts, OptionalLong.of(xts.getLast().sequence()));
  }

  private static boolean fits(XtRow row, XtQuery query) {
    return (query.state().isEmpty() || query.state().get() == row.state)
        && (query.chain().isEmpty() || row.chains.contains(query.chain().get()));
  }

  private void apply(PublisherFact fact) {
    switch (fact) {
      case PublisherFact.Queued(_, String submitter, CrossChainTransaction xt, long queuedNanos) ->
          add(xt.id(), xt.chains(), submitter, queuedNanos);
      case PublisherFact.VotingStarted(CrossChainTransaction xt, long announcedNanos) -> {
        XtRow row = byId.get(xt.id());
        if (row != null) {
          row.announced(announcedNanos);
        }
      }
      case PublisherFact.VoteCounted(
              var id,
              var chain,
              boolean yes,
              String reason,
              long latency) -> {
        XtRow row = byId.get(id);
        if (row != null) {
          row.voted(chain, yes, reason, latency);
        }
      }
      case PublisherFact.Finished(LogRecord.Decided decision, _) -> finish(decision);
      case PublisherFact.VoteIgnored _,
          PublisherFact.IdentityMismatch _,
          PublisherFact.Refused _,
          PublisherFact.Repeated _,
          PublisherFact.ChainStoppedAnswering _,
          PublisherFact.ChainAnswersAgain _ -> {}
    }
  }

  private void add(XtId id, List<ChainId> chains, String submitter, long queuedNanos) {
    if (nextSequence - firstSequence == ring.length) {
      makeRoom();
    }
    XtRow row = new XtRow(nextSequence++, id, intern(chains), submitter, queuedNanos);
    ring[slot(row.sequence)] = row;
    XtRow before = byId.put(id, row);
    if (before != null) {
      // The machine has forgotten an outcome that is still kept here: the new XT counts.
      ring[slot(before.sequence)] = null;
      if (finished.remove(before)) {
        finishedBytes -= before.bytes();
      }
    }
  }

  private void finish(LogRecord.Decided decision) {
    XtRow row = byId.get(decision.id());
    if (row == null || row.state.isFinal()) {
      return;
    }
    row.decided(
        XtState.of(decision.outcome()),
        decision.reason(),
        decision.votes(),
        decision.decidedNanos());
    finished.addLast(row);
    finishedBytes += row.bytes();
  }

  private void dropOld() {
    XtRow oldest = finished.peekFirst();
    if (oldest == null) {
      return;
    }
    long youngestTooOld = clock.nanos() - maxAgeNanos;
    while (oldest != null
        && (finished.size() > maxFinished
            || finishedBytes > (long) maxFinished * BYTES_PER_XT
            || oldest.decidedNanos() < youngestTooOld)) {
      finished.removeFirst();
      finishedBytes -= oldest.bytes();
      byId.remove(oldest.id);
      ring[slot(oldest.sequence)] = null;
      oldest = finished.peekFirst();
    }
    skipDropped();
  }

  private void skipDropped() {
    while (firstSequence < nextSequence && ring[slot(firstSequence)] == null) {
      firstSequence++;
    }
  }

  private void makeRoom() {
    skipDropped();
    if (nextSequence - firstSequence < ring.length) {
      return;
    }
    @Nullable XtRow[] larger = new @Nullable XtRow[ring.length * 2];
    for (long sequence = firstSequence; sequence < nextSequence; sequence++) {
      larger[(int) (sequence & (larger.length - 1))] = ring[slot(sequence)];
    }
    ring = larger;
  }

  private int slot(long sequence) {
    return (int) (sequence & (ring.length - 1));
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
