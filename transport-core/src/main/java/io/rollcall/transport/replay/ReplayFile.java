package io.rollcall.transport.replay;

import com.google.protobuf.ByteString;
import io.rollcall.transport.session.ReplayMarks;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link ReplayMarks} in a small file: what is new is added to it, and once there is no room for
 * more it is replaced as a whole. Owns a lock on it and a thread named {@code replay-file}, from
 * {@link #open} to {@link #close()}; whoever opened it closes it.
 *
 * <p>Each write also says, for all keys, that hellos up to {@link #AHEAD} from now may have been
 * accepted. So most hellos wait for no disk: their marks are gathered, and should the process be
 * killed before they are written, the next one refuses every hello up to that time. Each write
 * counts from its own moment, so that a clock that was ahead does no harm beyond the next one, and
 * {@link #close} takes it back, for then all marks are written.
 *
 * <p>A hello beyond that time waits for its write. Whatever arrives while one is under way shares
 * the next: however many peers say hello at once, each waits for two writes at most. At most {@link
 * #MOST_WAITING} wait.
 *
 * <p>When a write fails or takes longer than {@link #PATIENCE}, the hellos that wait for it are let
 * in all the same: a full disk must not keep every sequencer out. That is logged as an error, once
 * until it works again, and {@link #problem()} says so; each further hello tries again.
 */
public final class ReplayFile implements ReplayMarks, AutoCloseable {

  /**
   * How far ahead of its time a write covers hellos. Less than a process needs to start, so that
   * after a kill nobody is refused whose clock is right.
   */
  static final Duration AHEAD = Duration.ofSeconds(1);

  /**
   * How long marks are gathered that nobody waits for. Far less than what is covered: while hellos
   * keep coming and the disk is not slow, what is covered does not end before the next write.
   */
  static final Duration GATHERED = AHEAD.dividedBy(4);

  /** How long a hello waits for the disk. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Hellos that wait for the disk; when there are more, the newest waits no longer. */
  static final int MOST_WAITING = 8192;

  /**
   * How long the last hello of a key is kept that is trusted no longer: should the key come back,
   * that hello must not count again. Longer than any hello is valid, and than most clocks are
   * wrong.
   */
  static final Duration KEPT = Duration.ofDays(1);

  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private static final Logger log = LoggerFactory.getLogger(ReplayFile.class);

  private final Disk disk;
  private final Supplier<Set<ByteString>> trusted;
  private final Duration patience;
  private final InstantSource clock;
  private final Marks atStart;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Under the lock.
  private final Map<ByteString, Long> marks;
  private @Nullable Batch waiting;
  private long covered;
  private @Nullable String problem;
  private boolean failed;
  private boolean writing;
  private boolean closed;

  // The writer's.
  private int batchesInFile = 1;

  /** What one write makes durable, and those who wait for it: often nobody. */
  private final class Batch {
    private final Map<ByteString, Long> marks = new HashMap<>();
    private long ofAll; // Of when it was taken.
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final CompletionStage<Void> settled =
        outcome.thenAccept(decided -> {
          if (decided == Outcome.LATE) {
            late();
          }
        });
    private int waiters;
  }

  private enum Outcome {
    DECIDED,
    LATE
  }

  ReplayFile(
      Marks atStart,
      Disk disk,
      Supplier<Set<ByteString>> trusted,
      Duration patience,
      InstantSource clock) {
    this.atStart = new Marks(Map.copyOf(atStart.ofKeys()), atStart.ofAll());
    this.marks = new HashMap<>(atStart.ofKeys());
    this.covered = atStart.ofAll();
    this.disk = disk;
    this.trusted = trusted;
    this.patience = patience;
    this.clock = clock;
    this.writer = Thread.ofPlatform().daemon().name("replay-file").start(this::work);
  }

  /**
   * Takes the file for this process, reads it and writes it once, so that what would fail later
   * fails now. Makes it, and its folder, if they are not there; only the owner may read them then.
   *
   * @param file relative to the working folder; {@code .lock} and {@code .tmp} stand beside it
   * @param trusted the keys that are trusted now, 33 compressed bytes each; what is kept of others
   *     is dropped when the file is replaced as a whole a day after their last hello or later
   * @throws IllegalArgumentException when it is in use, damaged, something else, or cannot be read
   *     or written; says which, and what to do
   */
  public static ReplayFile open(Path file, Supplier<Set<ByteString>> trusted) {
    return open(file, trusted, InstantSource.system());
  }

  static ReplayFile open(Path file, Supplier<Set<ByteString>> trusted, InstantSource clock) {
    try {
      LockedFile disk = LockedFile.take(file);
      try {
        Marks marks =
            disk.read().map(ReplayFile::decode).orElseGet(() -> new Marks(Map.of(), Marks.NONE));
        Map<ByteString, Long> ofKeys = new HashMap<>(marks.ofKeys());
        forget(ofKeys, trusted, clock);
        Marks kept = new Marks(ofKeys, marks.ofAll());
        disk.replace(MarksText.encode(kept));
        log.info("{} keeps the last hello of {} keys", file, ofKeys.size());
        warnOfWhatIsToCome(file, kept.ofAll(), nanos(clock));
        return new ReplayFile(kept, disk, trusted, PATIENCE, clock);
      } catch (IOException | RuntimeException e) {
        disk.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("it cannot be read and written: " + why(e), e);
    }
  }

  private static void warnOfWhatIsToCome(Path file, long ofAll, long now) {
    if (ofAll > now) {
      log.warn(
          "{} was not closed in order by an earlier process: hellos signed after {} count, peers"
              + " are refused until their clock is there; if a clock was ahead, removing the file"
              + " while this server is stopped ends that",
          file,
          Instant.ofEpochSecond(0, ofAll));
    }
  }

  private static Marks decode(byte[] content) {
    try {
      return MarksText.decode(content);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage()
              + "; name another file, or move this one away, and a hello that was recorded within"
              + " the clock skew before now could be used once more",
          e);
    }
  }

  @Override
  public OptionalLong atStart(ByteString key) {
    return atStart.of(key);
  }

  @Override
  public CompletionStage<Void> record(ByteString key, long timestamp) {
    lock.lock();
    try {
      Long before = marks.get(key);
      boolean higher = before == null || timestamp > before;
      if (higher) {
        marks.put(key, timestamp);
      }
      boolean waits = timestamp > covered;
      if (closed || (!higher && !waits && covered <= cover())) {
        return DONE;
      }
      Batch batch = waiting == null ? begin() : waiting;
      if (higher) {
        batch.marks.put(key, timestamp);
      }
      return waits ? await(batch) : DONE;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private Batch begin() {
    Batch batch = new Batch();
    waiting = batch;
    changed.signal();
    return batch;
  }

  /** Under the lock. */
  private CompletionStage<Void> await(Batch batch) {
    if (batch.waiters == MOST_WAITING) {
      late();
      return DONE;
    }
    if (batch.waiters == 0) {
      // One timer for all of them: the first is the one that has waited longest.
      var _ =
          batch.outcome.completeOnTimeout(Outcome.LATE, patience.toNanos(), TimeUnit.NANOSECONDS);
      changed.signal();
    }
    batch.waiters++;
    return batch.settled;
  }

  /** Why hellos are let in without being kept, now; empty when they are kept. */
  @Override
  public Optional<String> problem() {
    lock.lock();
    try {
      return Optional.ofNullable(problem);
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    for (Batch next = next(); next != null; next = next()) {
      carryOut(next);
    }
    Batch last = last();
    if (last != null) {
      carryOut(last);
    }
  }

  private void carryOut(Batch batch) {
    if (isWriting()) {
      written(write(new Marks(batch.marks, batch.ofAll)), batch.ofAll);
    }
    batch.outcome.complete(Outcome.DECIDED);
  }

  /** Everything that waits, once somebody waits for it or its time has come; null when closed. */
  private @Nullable Batch next() {
    lock.lock();
    try {
      while (waiting == null && !closed) {
        changed.awaitUninterruptibly();
      }
      long left = GATHERED.toNanos();
      while (waiting != null && waiting.waiters == 0 && left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException unexpected) {
      // Nobody interrupts this thread; if somebody does, it writes sooner.
    } finally {
      lock.unlock();
    }
    return takeUnlessClosed();
  }

  private @Nullable Batch takeUnlessClosed() {
    lock.lock();
    try {
      return closed ? null : take();
    } finally {
      lock.unlock();
    }
  }

  /** What is left to write at the end; null when that is nothing. */
  private @Nullable Batch last() {
    lock.lock();
    try {
      if (waiting == null && (failed || covered != atStart.ofAll())) {
        // For what an earlier one could not write, and to take back what covers all keys.
        waiting = new Batch();
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private @Nullable Batch take() {
    Batch taken = waiting;
    waiting = null;
    // A hello can wait without a mark of its own: for one of its key that is higher.
    // Nor does what is covered come down by itself once a clock that was ahead is right again.
    long next = closed ? atStart.ofAll() : cover();
    writing = taken != null && (!taken.marks.isEmpty() || failed || closed || covered > next);
    if (taken != null && writing) {
      taken.ofAll = next;
      // What the file will cover no longer, nobody may be let in for from now on.
      covered = Math.min(covered, taken.ofAll);
    }
    return taken;
  }

  /** What a write that begins now is to cover. */
  private long cover() {
    return Math.max(atStart.ofAll(), nanos(clock) + AHEAD.toNanos());
  }

  private boolean isWriting() {
    lock.lock();
    try {
      return writing;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what went wrong. */
  private @Nullable String write(Marks batch) {
    try {
      if (!failed() && disk.append(MarksText.encodeBatch(batchesInFile, batch))) {
        batchesInFile++;
      } else {
        disk.replace(everything(batch.ofAll()));
        batchesInFile = 1;
      }
      return null;
    } catch (IOException | RuntimeException e) {
      return why(e);
    }
  }

  private boolean failed() {
    lock.lock();
    try {
      return failed;
    } finally {
      lock.unlock();
    }
  }

  private byte[] everything(long ofAll) {
    lock.lock();
    try {
      forget(marks, trusted, clock);
      return MarksText.encode(new Marks(marks, ofAll));
    } finally {
      lock.unlock();
    }
  }

  private static void forget(
      Map<ByteString, Long> marks, Supplier<Set<ByteString>> trustedNow, InstantSource clock) {
    long old = nanos(clock) - KEPT.toNanos();
    Set<ByteString> trusted = trustedNow.get();
    marks.entrySet().removeIf(mark -> mark.getValue() < old && !trusted.contains(mark.getKey()));
  }

  private static long nanos(InstantSource clock) {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private void written(@Nullable String failure, long ofAll) {
    lock.lock();
    try {
      writing = false;
      if (failure != null) {
        failed = true;
        failing(failure);
        return;
      }
      failed = false;
      covered = ofAll;
      if (problem != null) {
        problem = null;
        log.warn("the replay file is written again");
      }
    } finally {
      lock.unlock();
    }
  }

  private void late() {
    lock.lock();
    try {
      if (writing) { // Otherwise it was done in the meantime.
        failing("the disk does not answer in time");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void failing(String why) {
    if (problem == null) {
      log.error(
          "the replay file cannot be written: {}; peers are let in all the same, and a hello of"
              + " theirs could be used once more after a restart within the clock skew",
          why);
    }
    problem = why;
  }

  /** The operating system's words, with the file, without the call that failed. */
  private static String why(Exception e) {
    return e instanceof FileSystemException failed && failed.getReason() == null
        ? e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage()
        : String.valueOf(e.getMessage());
  }

  /**
   * Writes what is not written yet and lets others have the file. Waits for the disk, as long as
   * {@link #PATIENCE}; then the file stays locked until the process ends. Does nothing when closed.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      if (writer.join(patience)) {
        disk.close();
      } else {
        log.error("the replay file did not take its last write within {}", patience);
      }
    } catch (IOException e) {
      log.warn("the replay file could not be closed: {}", why(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
