package io.rollcall.service.storage;

import java.io.Closeable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what was appended to the log into the projection, on the thread {@code projector}, behind
 * the decisions: under load some seconds, in which memory knows what readers ask for. {@link #put}
 * belongs to the coordinator; the questions are for any thread.
 *
 * <p>Its backlog is bounded: when the projection's disk is that much slower, or fails, {@link #put}
 * waits, and with it every decision. A failing disk is tried again, without an end.
 *
 * @param <B> what came of one row
 */
public final class Projector<B> implements Closeable {

  /** Bytes that may wait, roughly. */
  private static final long MAX_WAITING = 64L * 1024 * 1024;

  /** Bytes of one transaction. */
  private static final long MAX_AT_ONCE = MAX_WAITING / 2;

  /** The same where each statement travels: a stop waits for the transaction that is under way. */
  private static final long MAX_AT_ONCE_REMOTE = MAX_AT_ONCE / 8;

  /**
   * How long they gather at most. Ids have no order, so each changes a page anywhere in their
   * index: what many change is written once, and not once for each.
   */
  private static final Duration GATHERED_FOR = Duration.ofSeconds(3);

  /** A projection that is not synced keeps the log long: it is, after so much time. */
  private static final long SYNC_NANOS = Duration.ofSeconds(5).toNanos();

  private static final Duration IDLE = Duration.ofMillis(200);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private static final Duration PRUNE_EVERY = Duration.ofSeconds(10);

  /** Long enough to keep up with what comes, short enough for the backlog to hold it meanwhile. */
  private static final Duration PRUNE_FOR = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(Projector.class);

  private record Item<B>(RowPosition position, B batch) {}

  private final Projection projection;
  private final ProjectionTables<B> tables;
  private final Backlog<Item<B>> backlog;
  private final long atOnce;
  private final List<Item<B>> replayed = new ArrayList<>();
  private long replayedSize;
  private final Thread thread = Thread.ofPlatform().name("projector").unstarted(this::run);
  private @Nullable Statements statements;
  private volatile RowPosition applied;
  private volatile long synced;
  private volatile @Nullable String fault;
  private long lastSyncNanos = System.nanoTime();
  private long nextPruneNanos = System.nanoTime();

  Projector(Projection projection, ProjectionTables<B> tables, RowPosition applied) {
    this.projection = projection;
    this.tables = tables;
    this.applied = applied;
    this.synced = applied.sequence();
    this.atOnce = projection.source().isRemote() ? MAX_AT_ONCE_REMOTE : MAX_AT_ONCE;
    this.backlog = new Backlog<>(MAX_WAITING, atOnce, GATHERED_FOR);
  }

  /** Before anything else. */
  void prepare() throws StorageException {
    try {
      transaction(true, tables::prepare);
    } catch (SQLException failed) {
      throw projection.source().failure(failed);
    }
  }

  /**
   * At start-up: a row that was read from the log. Those that the projection has already are left
   * out, so all of them may come.
   */
  public void replay(RowPosition position, B batch) throws StorageException {
    if (position.sequence() <= applied.sequence()) {
      return;
    }
    replayed.add(new Item<>(position, batch));
    replayedSize += tables.size(batch);
    if (replayedSize >= atOnce) {
      applyReplayed();
    }
  }

  /** Brings in the last of what was replayed, and goes on by itself from now on. */
  public void start() throws StorageException {
    applyReplayed();
    thread.start();
  }

  private void applyReplayed() throws StorageException {
    if (replayed.isEmpty()) {
      return;
    }
    try {
      apply(replayed);
      replayed.clear();
      replayedSize = 0;
    } catch (SQLException failed) {
      throw projection.source().failure(failed);
    }
  }

  /**
   * Hands over what came of a row that is durable, waiting for room.
   *
   * @throws StorageException when interrupted while it waited
   */
  public void put(RowPosition position, B batch) throws StorageException {
    try {
      backlog.put(new Item<>(position, batch), tables.size(batch));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "interrupted while the projection %s was too slow".formatted(projection.source().place()),
          interrupted);
    }
  }

  /** The row up to which readers see everything. */
  public long appliedSequence() {
    return applied.sequence();
  }

  /** The row up to which everything survives a power cut: the log may be trimmed so far. */
  public long syncedSequence() {
    return synced;
  }

  /** What is wrong now, in one sentence; empty while nothing is. */
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  /** Whether {@link #put} would have to wait: its disk is slow, or fails. */
  public boolean isFull() {
    return backlog.isFull();
  }

  private void run() {
    List<Item<B>> items = new ArrayList<>();
    try {
      while (!backlog.isDone()) {
        if (items.isEmpty()) {
          items = backlog.take(IDLE);
        }
        step(items);
      }
      if (items.isEmpty()) {
        syncNow();
      } // Else nobody knows whether they are in it: the next start looks.
    } catch (InterruptedException interrupted) {
      log.warn("The projection was not brought up to date; the next start will do it");
    } finally {
      closeConnection();
    }
  }

  private void step(List<Item<B>> items) throws InterruptedException {
    try {
      if (fault != null) {
        leaveOutWhatIsThere(items);
      }
      if (!items.isEmpty()) {
        apply(items);
        items.clear();
      } else {
        syncNow();
      }
      prune();
      if (fault != null) {
        log.info("The projection {} can be written again", projection.source().place());
        fault = null;
      }
    } catch (SQLException failed) {
      failed(projection.source().failure(failed));
    } catch (StorageException failed) {
      failed(failed);
    } catch (RuntimeException bug) {
      log.error("The projector failed", bug);
      failed(new StorageException("an internal error: " + bug, bug));
    }
  }

  private void failed(StorageException why) throws InterruptedException {
    if (fault == null) {
      log.error("The projection cannot be written, it is tried again: {}", why.getMessage());
    }
    fault = why.getMessage();
    closeConnection();
    Thread.sleep(RETRY);
  }

  /**
   * Nobody knows whether the commit that failed took place: what it brought in must not come twice.
   */
  private void leaveOutWhatIsThere(List<Item<B>> items) throws SQLException, StorageException {
    RowPosition there = projection.position(writer().connection());
    items.removeIf(item -> item.position().sequence() <= there.sequence());
    applied = there;
  }

  private void apply(List<Item<B>> items) throws SQLException, StorageException {
    RowPosition last = items.getLast().position();
    boolean sync = System.nanoTime() - lastSyncNanos >= SYNC_NANOS;
    transaction(
        sync,
        writer -> {
          tables.apply(writer, items.stream().map(Item::batch).toList());
          Projection.move(writer, last);
        });
    applied = last;
    if (sync) {
      syncedTo(last);
    }
  }

  /** What waits for nothing else is synced at once: there is time. */
  private void syncNow() throws InterruptedException {
    RowPosition last = applied;
    if (last.sequence() == synced
        || (!backlog.isClosed() && System.nanoTime() - lastSyncNanos < SYNC_NANOS)) {
      return;
    }
    try {
      transaction(true, writer -> Projection.move(writer, last));
      syncedTo(last);
    } catch (SQLException | StorageException failed) {
      log.warn("The projection was not synced: {}", failed.getMessage());
      closeConnection();
    }
  }

  private void syncedTo(RowPosition position) {
    synced = position.sequence();
    lastSyncNanos = System.nanoTime();
  }

  private void prune() throws SQLException, StorageException {
    if (System.nanoTime() - nextPruneNanos < 0) {
      return;
    }
    boolean[] more = {false};
    long end = System.nanoTime() + PRUNE_FOR.toNanos();
    do {
      transaction(false, writer -> more[0] = tables.prune(writer));
    } while (more[0] && !backlog.isClosed() && System.nanoTime() - end < 0);
    nextPruneNanos = System.nanoTime() + (more[0] ? 0 : PRUNE_EVERY.toNanos());
  }

  private interface Change {
    void make(Statements writer) throws SQLException, StorageException;
  }

  private void transaction(boolean sync, Change change) throws SQLException, StorageException {
    Statements writer = writer();
    projection.source().syncNextCommit(writer.connection(), sync);
    writer.connection().setAutoCommit(false);
    try {
      change.make(writer);
      writer.connection().commit();
    } catch (SQLException | StorageException | RuntimeException failed) {
      // The connection goes, and with it what was begun.
      closeConnection();
      throw failed;
    }
  }

  private Statements writer() throws SQLException, StorageException {
    Statements writer = statements;
    if (writer == null) {
      writer = new Statements(projection.source().open());
      statements = writer;
    }
    return writer;
  }

  private void closeConnection() {
    Statements writer = statements;
    statements = null;
    if (writer != null) {
      try {
        writer.close();
      } catch (SQLException ignored) {
        // It is opened again when it is needed.
      }
    }
  }

  /** Brings in what waits, but does not take long over it: the next start can do it too. */
  @Override
  public void close() {
    backlog.close();
    if (thread.isAlive()) {
      try {
        if (!thread.join(CLOSE_LIMIT)) {
          thread.interrupt();
          thread.join();
        }
      } catch (InterruptedException interrupted) {
        thread.interrupt();
        Thread.currentThread().interrupt();
      }
    } else {
      closeConnection();
    }
  }
}
