package io.rollcall.transport.replay;

import com.google.protobuf.ByteString;
import io.rollcall.transport.session.ReplayMarks;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
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
 * <p>Whatever arrives while one write is under way shares the next: however many peers say hello at
 * once, each of them waits for two writes at most. At most {@link #MOST_WAITING} wait.
 *
 * <p>When a write fails or takes longer than {@link #PATIENCE}, the hellos that wait for it are let
 * in all the same: a full disk must not keep every sequencer out. That is logged as an error, once
 * until it works again, and {@link #problem()} says so; each further hello tries again.
 */
public final class ReplayFile implements ReplayMarks, AutoCloseable {

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
  private final Map<ByteString, Long> atStart;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Under the lock.
  private final Map<ByteString, Long> marks;
  private @Nullable Batch waiting;
  private @Nullable String problem;
  private boolean failed;
  private boolean writing;
  private boolean closed;

  // The writer's.
  private int batchesInFile = 1;

  /** What one write makes durable, and those who wait for it. */
  private final class Batch {
    private final Map<ByteString, Long> marks = new HashMap<>();
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
      Map<ByteString, Long> atStart,
      Disk disk,
      Supplier<Set<ByteString>> trusted,
      Duration patience) {
    this.atStart = Map.copyOf(atStart);
    this.marks = new HashMap<>(atStart);
    this.disk = disk;
    this.trusted = trusted;
    this.patience = patience;
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
    try {
      LockedFile disk = LockedFile.take(file);
      try {
        Map<ByteString, Long> marks = new HashMap<>();
        disk.read().ifPresent(content -> marks.putAll(decode(content)));
        forget(marks, trusted);
        disk.replace(MarksText.encode(marks));
        log.info("{} keeps the last hello of {} keys", file, marks.size());
        return new ReplayFile(marks, disk, trusted, PATIENCE);
      } catch (IOException | RuntimeException e) {
        disk.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("it cannot be read and written: " + why(e), e);
    }
  }

  private static Map<ByteString, Long> decode(byte[] content) {
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
    Long mark = atStart.get(key);
    return mark == null ? OptionalLong.empty() : OptionalLong.of(mark);
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
      if (closed) {
        return DONE;
      }
      Batch batch = waiting == null ? begin() : waiting;
      if (higher) {
        batch.marks.put(key, timestamp);
      }
      if (batch.waiters == MOST_WAITING) {
        late();
        return DONE;
      }
      batch.waiters++;
      return batch.settled;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private Batch begin() {
    Batch batch = new Batch();
    // One timer for all of them: the first is the one that has waited longest.
    var _ = batch.outcome.completeOnTimeout(Outcome.LATE, patience.toNanos(), TimeUnit.NANOSECONDS);
    waiting = batch;
    changed.signal();
    return batch;
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
      written(write(next.marks));
      next.outcome.complete(Outcome.DECIDED);
    }
  }

  /** Everything that waits, once there is something; null when closed and all is done. */
  private @Nullable Batch next() {
    lock.lock();
    try {
      while (waiting == null && !closed) {
        changed.awaitUninterruptibly();
      }
      Batch next = waiting;
      if (next == null && failed) {
        next = new Batch(); // For what an earlier one could not write.
      }
      waiting = null;
      writing = next != null;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what went wrong. */
  private @Nullable String write(Map<ByteString, Long> batch) {
    try {
      if (batch.isEmpty() && !failed()) {
        return null;
      }
      if (!batch.isEmpty() && disk.append(MarksText.encodeBatch(batchesInFile, batch))) {
        batchesInFile++;
      } else {
        disk.replace(everything());
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

  private byte[] everything() {
    lock.lock();
    try {
      forget(marks, trusted);
      return MarksText.encode(marks);
    } finally {
      lock.unlock();
    }
  }

  private static void forget(Map<ByteString, Long> marks, Supplier<Set<ByteString>> trustedNow) {
    long old = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - KEPT.toNanos();
    Set<ByteString> trusted = trustedNow.get();
    marks.entrySet().removeIf(mark -> mark.getValue() < old && !trusted.contains(mark.getKey()));
  }

  private void written(@Nullable String failure) {
    lock.lock();
    try {
      writing = false;
      if (failure != null) {
        failed = !closed; // The last write is not repeated.
        failing(failure);
        return;
      }
      failed = false;
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
