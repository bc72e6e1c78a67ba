package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import io.rollcall.proto.XtId;
import java.io.Closeable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of nearly every new id, without asking the projection, that the projection does not hold it.
 * It may say that one is held that is not, which costs a look-up; never the other way round.
 *
 * <p>A Bloom filter of {@value #BITS} bits, which is 8 MB. An id is a SHA-256, so nothing has to be
 * hashed: each of its four words names a bit. Of ids that are not held, so many are looked up: with
 * a million held one of 90,000, with 5 million one of 230, with 10 million one of 25, with 20
 * million every fourth. An id that is forgotten leaves its bits behind until the next start.
 *
 * <p>What the projection held at the start is read by the thread {@code archived-ids}; until it has
 * come to the end, every id may be held. What is decided afterwards has to be {@linkplain #add
 * added} before memory can forget it.
 *
 * <p>{@link #add} and {@link #mayHold} belong to the coordinator (before it runs, to the start-up
 * thread). Bits are set atomically, so that the two threads that set some in the same word lose
 * none; the coordinator sees those of the other one because that writes the flag after them, and
 * the coordinator reads it before them.
 */
public final class ArchivedIds implements Closeable {

  private static final int BITS = 1 << 26;

  /** One bit each; with eight it would let more through from eight million ids on. */
  private static final int WORDS_OF_ID = 4;

  /** Beyond so many it would let through more than every second, and reading them takes long. */
  private static final int MAX_READ = 1 << 25;

  private static final int READ_AT_ONCE = 4_096;
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final Logger log = LoggerFactory.getLogger(ArchivedIds.class);

  /** Some ids, and the number behind which the next ones stand. */
  private record Page(List<XtId> ids, long last) {}

  private final Asking asking;
  private final Duration retry;
  private final long[] words = new long[BITS / Long.SIZE];
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean loaded;
  private volatile @Nullable Thread loader;

  ArchivedIds(Asking asking) {
    this(asking, RETRY);
  }

  /** For tests. */
  ArchivedIds(Asking asking, Duration retry) {
    this.asking = asking;
    this.retry = retry;
  }

  /** From now on this id may be held. */
  public void add(XtId id) {
    ByteBuffer rest = ByteBuffer.wrap(id.toByteArray());
    for (int i = 0; i < WORDS_OF_ID; i++) {
      int bit = (int) rest.getLong() & BITS - 1;
      long mask = 1L << bit;
      if (((long) WORD.getOpaque(words, bit / Long.SIZE) & mask) == 0) {
        WORD.getAndBitwiseOr(words, bit / Long.SIZE, mask);
      }
    }
  }

  /** False only if the projection does not hold this id. */
  public boolean mayHold(XtId id) {
    if (!loaded) {
      return true;
    }
    ByteBuffer rest = ByteBuffer.wrap(id.toByteArray());
    for (int i = 0; i < WORDS_OF_ID; i++) {
      int bit = (int) rest.getLong() & BITS - 1;
      if (((long) WORD.getOpaque(words, bit / Long.SIZE) & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Begins to read what the projection holds; once. Everything that is not in the projection by now
   * was added, or will be.
   *
   * @param query gives number and id of rows, by their number; its parameters are the number behind
   *     which it begins, and how many
   */
  public void load(String query) {
    Thread thread = Thread.ofPlatform().name("archived-ids").daemon().unstarted(() -> run(query));
    loader = thread;
    thread.start();
  }

  private void run(String query) {
    long begun = System.nanoTime();
    try {
      long count = 0;
      long last = 0;
      while (count <= MAX_READ && closed.getCount() > 0) {
        Page page = patiently(query, last);
        if (page == null) {
          return;
        }
        page.ids().forEach(this::add);
        count += page.ids().size();
        last = page.last();
        if (page.ids().size() < READ_AT_ONCE) {
          loaded = true;
          log.info(
              "{} ids of ended XTs were read in {} ms; new ones are not looked up from now on",
              count,
              TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
          return;
        }
      }
      if (count > MAX_READ) {
        log.warn("There are more than {} ended XTs: every new id is looked up", MAX_READ);
      }
    } catch (InterruptedException interrupted) {
      log.debug("Interrupted; every id is looked up");
    }
  }

  /** Null when it was closed. */
  private @Nullable Page patiently(String query, long last) throws InterruptedException {
    boolean told = false;
    do {
      try {
        return asking.now(connection -> page(connection, query, last));
      } catch (StorageException failed) {
        if (!told && closed.getCount() > 0) {
          log.warn("{}; every new id is looked up meanwhile", failed.getMessage());
          told = true;
        }
      }
    } while (!closed.await(retry.toMillis(), TimeUnit.MILLISECONDS));
    return null;
  }

  private static Page page(Connection connection, String query, long behind) throws SQLException {
    List<XtId> ids = new ArrayList<>(READ_AT_ONCE);
    long last = behind;
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setLong(1, behind);
      select.setInt(2, READ_AT_ONCE);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          last = found.getLong(1);
          ids.add(new XtId(ByteString.copyFrom(found.getBytes(2))));
        }
      }
    }
    return new Page(ids, last);
  }

  /** Ends the reading, but does not wait long for a database that does not answer. */
  @Override
  public void close() {
    closed.countDown();
    Thread thread = loader;
    if (thread != null) {
      try {
        if (!thread.join(CLOSE_LIMIT)) {
          thread.interrupt();
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
