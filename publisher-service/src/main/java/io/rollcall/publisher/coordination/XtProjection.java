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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What answers questions about XTs: one by id, lists newest first. Fed with facts by the
 * coordinator thread, read by any; one lock, held for a batch of facts or for {@value #SCAN_CHUNK}
 * rows of a search. What it no longer keeps is looked up in the {@link XtArchive}.
 *
 * <p>Bounded: of the decided XTs it keeps the last {@code maxFinished}, fewer when they name many
 * chains (640 bytes each is what they may take on average), and none decided longer ago than {@code
 * maxAge}; but none goes before the archive holds it. Those that are not decided are all kept; the
 * machine bounds them. Refused requests leave no trace here.
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
  private final XtArchive archive;

  private final ReentrantLock lock = new ReentrantLock();

  /** The decided ones. */
  private final Map<XtId, XtRow> byId = new HashMap<>();

  /** Those without a decision: few, so that what happens to them is found at once. */
  private final Map<XtId, XtRow> undecidedById = new HashMap<>();

  /** The same by arrival. */
  private final NavigableMap<Long, XtRow> undecided = new TreeMap<>();

  /** Same chains, same list: most rows name one of few combinations. */
  private final Map<List<ChainId>, List<ChainId>> interned = new HashMap<>();

  /**
   * The decided ones by the number of their decision modulo its length, which is a power of two;
   * null where one was dropped out of turn.
   */
  private @Nullable XtRow[] ring = new @Nullable XtRow[FIRST_RING_SIZE];

  private int finished;
  private long finishedBytes;
  private long firstNumber = 1;
  private long nextNumber = 1;
  private long arrivals;

  /**
   * Keeps what these bounds allow.
   *
   * @param maxFinished how many decided XTs, at least 1
   * @param maxAge for how long after their decision
   * @param archive where the others are
   */
  public XtProjection(int maxFinished, Duration maxAge, NanoClock clock, XtArchive archive) {
    this.maxFinished = maxFinished;
    this.maxAgeNanos = maxAge.toNanos();
    this.clock = clock;
    this.archive = archive;
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
      XtRow row = undecidedById.getOrDefault(id, byId.get(id));
      if (row != null) {
        return Optional.of(row.view());
      }
    } finally {
      lock.unlock();
    }
    return archive.find(id);
  }

  /**
   * The newest XTs that fit: undecided ones, then decided ones. May look at every row that is kept;
   * the coordinator gets its turn in between, so what changes meanwhile may be seen before or
   * after.
   */
  public XtPage list(XtQuery query) {
    // One more than the limit is looked for, to know whether there is a next page.
    int wanted = query.limit() + 1;
    List<XtView> found = new ArrayList<>(Math.min(wanted, SCAN_CHUNK));
    if (query.after().isEmpty() || query.after().get().undecided()) {
      listUndecided(query, wanted, found);
    }
    long below = listDecided(query, wanted, found);
    if (found.size() < wanted) {
      found.addAll(archive.list(query, below, wanted - found.size()));
    }
    if (found.size() < wanted) {
      return new XtPage(found, Optional.empty());
    }
    List<XtView> xts = found.subList(0, query.limit());
    return new XtPage(xts, Optional.of(xts.getLast().place()));
  }

  /** How many XTs are kept here. */
  public int size() {
    lock.lock();
    try {
      return byId.size() + undecidedById.size();
    } finally {
      lock.unlock();
    }
  }

  private void listUndecided(XtQuery query, int wanted, List<XtView> found) {
    lock.lock();
    try {
      long before = query.after().map(XtCursor::place).orElse(Long.MAX_VALUE);
      for (XtRow row : undecided.headMap(before, false).descendingMap().values()) {
        if (found.size() == wanted) {
          return;
        }
        if (query.fits(row.state, row.chains)) {
          found.add(row.view());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number below which nothing was looked at. */
  private long listDecided(XtQuery query, int wanted, List<XtView> found) {
    long position =
        query
            .after()
            .filter(cursor -> !cursor.undecided())
            .map(XtCursor::place)
            .orElse(Long.MAX_VALUE);
    boolean more = true;
    while (more && found.size() < wanted) {
      lock.lock();
      try {
        dropOld();
        if (finished == 0) {
          // After a start all of them are in the archive.
          return position;
        }
        position = Math.min(position, nextNumber);
        long end = Math.max(firstNumber, position - SCAN_CHUNK);
        for (; position > end && found.size() < wanted; position--) {
          XtRow row = ring[slot(position - 1)];
          if (row != null && query.fits(row.state, row.chains)) {
            found.add(row.view());
          }
        }
        more = position > firstNumber;
      } finally {
        lock.unlock();
      }
    }
    return position;
  }

  private void apply(PublisherFact fact) {
    switch (fact) {
      case PublisherFact.Queued(_, String submitter, CrossChainTransaction xt, long queuedNanos) ->
          add(xt.id(), xt.chains(), submitter, queuedNanos);
      case PublisherFact.VotingStarted(CrossChainTransaction xt, long announcedNanos) -> {
        XtRow row = undecidedById.get(xt.id());
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
        XtRow row = undecidedById.get(id);
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
    XtRow row = new XtRow(++arrivals, id, intern(chains), submitter, queuedNanos);
    undecided.put(row.arrival, row);
    undecidedById.put(id, row);
    XtRow before = byId.remove(id);
    if (before != null) {
      // The machine has forgotten an outcome that is still kept here: the new XT counts.
      drop(before);
    }
  }

  private void finish(LogRecord.Decided decision) {
    XtRow row = undecidedById.remove(decision.id());
    if (row == null) {
      // Started by an earlier process and aborted by this one: it is in the archive alone.
      skipTo(decision.number() + 1);
      return;
    }
    undecided.remove(row.arrival);
    row.decided(
        decision.number(),
        XtState.of(decision.outcome()),
        decision.reason(),
        decision.votes(),
        decision.decidedNanos());
    skipTo(decision.number());
    if (nextNumber - firstNumber == ring.length) {
      makeRoom();
    }
    ring[slot(nextNumber++)] = row;
    byId.put(row.id, row);
    finished++;
    finishedBytes += row.bytes();
  }

  /** Numbers that have no row here come before all that have one: at the start. */
  private void skipTo(long number) {
    if (finished == 0) {
      firstNumber = number;
      nextNumber = number;
    }
  }

  private void dropOld() {
    long youngestTooOld = clock.nanos() - maxAgeNanos;
    while (firstNumber < nextNumber) {
      XtRow oldest = ring[slot(firstNumber)];
      if (oldest != null) {
        boolean goes =
            finished > maxFinished
                || finishedBytes > (long) maxFinished * BYTES_PER_XT
                || oldest.decidedNanos() < youngestTooOld;
        if (!goes || firstNumber > archive.archived()) {
          return;
        }
        byId.remove(oldest.id);
        drop(oldest);
      }
      firstNumber++;
    }
  }

  private void drop(XtRow row) {
    ring[slot(row.number())] = null;
    finished--;
    finishedBytes -= row.bytes();
  }

  private void makeRoom() {
    @Nullable XtRow[] larger = new @Nullable XtRow[ring.length * 2];
    for (long number = firstNumber; number < nextNumber; number++) {
      larger[(int) (number & (larger.length - 1))] = ring[slot(number)];
    }
    ring = larger;
  }

  private int slot(long number) {
    return (int) (number & (ring.length - 1));
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
