package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.XtId;
import io.rollcall.service.testing.Waiting;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivedIdsTests {

  private static final String QUERY =
      "SELECT number, xt_id FROM outcome WHERE number > ? ORDER BY number LIMIT ?";

  /** More than are read at once, and no multiple of it. */
  private static final int STORED = 10_000;

  private interface Opening {
    Connection open() throws Exception;
  }

  @TempDir Path folder;

  private final Random random = new Random(1);

  @BeforeEach
  void tables() throws SQLException {
    try (Connection connection = database();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE outcome (number INTEGER PRIMARY KEY, xt_id BLOB)");
    }
  }

  @Test
  void noIdThatWasAddedIsEverDenied() throws Exception {
    for (int count : new int[] {1, 10, 1_000, 300_000}) {
      try (ArchivedIds ids = reading(this::database)) {
        awaitLoaded(ids);
        List<XtId> added = ids(count);
        added.forEach(ids::add);
        assertThat(added).allMatch(ids::mayHold);
      }
    }
  }

  @Test
  void ofAMillionHeldIdsNearlyNoNewOneIsTakenForHeld() throws Exception {
    try (ArchivedIds ids = reading(this::database)) {
      awaitLoaded(ids);
      for (int i = 0; i < 1_000_000; i++) {
        ids.add(id());
      }
      long held = 0;
      for (int i = 0; i < 1_000_000; i++) {
        held += ids.mayHold(id()) ? 1 : 0;
      }
      assertThat(held).as("one of 90,000 is expected").isBetween(1L, 40L);
    }
  }

  @Test
  void everyIdMayBeHeldUntilAllThatIsStoredWasRead() throws Exception {
    List<XtId> stored = store(ids(STORED));
    CountDownLatch mayGoOn = new CountDownLatch(1);
    AtomicInteger opened = new AtomicInteger();
    try (ArchivedIds ids =
        reading(() -> {
          if (opened.incrementAndGet() == 3) {
            mayGoOn.await();
          }
          return database();
        })) {
      try {
        Waiting.until("the last part", () -> opened.get() == 3);
        assertThat(ids(100)).allMatch(ids::mayHold);
      } finally {
        mayGoOn.countDown();
      }
      awaitLoaded(ids);
      assertThat(stored).allMatch(ids::mayHold);
      assertThat(ids(100)).noneMatch(ids::mayHold);
    }
  }

  @Test
  void whatIsAddedWhileItReadsIsNotLost() throws Exception {
    List<XtId> stored = store(ids(STORED));
    List<XtId> added = ids(STORED);
    try (ArchivedIds ids = reading(this::database)) {
      added.forEach(ids::add);
      awaitLoaded(ids);
      assertThat(added).allMatch(ids::mayHold);
      assertThat(stored).allMatch(ids::mayHold);
    }
  }

  @Test
  void twoThreadsThatSetBitsOfTheSameWordLoseNone() throws Exception {
    try (ArchivedIds ids = reading(this::database);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      awaitLoaded(ids);
      for (int round = 0; round < 300; round++) {
        List<XtId> one = idsOfFewWords(round, 300);
        List<XtId> other = idsOfFewWords(round, 300);
        CyclicBarrier both = new CyclicBarrier(2);
        List<Future<?>> adding = new ArrayList<>();
        for (List<XtId> half : List.of(one, other)) {
          adding.add(
              threads.submit(() -> {
                both.await();
                half.forEach(ids::add);
                return null;
              }));
        }
        for (Future<?> thread : adding) {
          thread.get();
        }
        assertThat(one).allMatch(ids::mayHold);
        assertThat(other).allMatch(ids::mayHold);
      }
    }
  }

  @Test
  void aDatabaseThatIsAwayIsAskedAgainAndMeanwhileEveryIdMayBeHeld() throws Exception {
    List<XtId> stored = store(ids(STORED));
    AtomicInteger opened = new AtomicInteger();
    CountDownLatch isBack = new CountDownLatch(1);
    try (ArchivedIds ids =
        reading(() -> {
          if (opened.incrementAndGet() > 1 && isBack.getCount() > 0) {
            throw new SQLException("away");
          }
          return database();
        })) {
      Waiting.until("another try", () -> opened.get() > 3);
      assertThat(ids(100)).allMatch(ids::mayHold);

      isBack.countDown();
      awaitLoaded(ids);
      assertThat(stored).allMatch(ids::mayHold);
    }
  }

  @Test
  void closingDoesNotWaitForADatabaseThatIsAway() {
    AtomicInteger opened = new AtomicInteger();
    Asking asking =
        asking(() -> {
          opened.incrementAndGet();
          throw new SQLException("away");
        });
    ArchivedIds ids = new ArchivedIds(asking, Duration.ofDays(1));
    ids.load(QUERY);
    Waiting.until("the first try", () -> opened.get() == 1);

    ids.close();

    assertThat(ids(100)).allMatch(ids::mayHold);
  }

  // ---- helpers

  private ArchivedIds reading(Opening opening) {
    ArchivedIds ids = new ArchivedIds(asking(opening), Duration.ofMillis(1));
    ids.load(QUERY);
    return ids;
  }

  private void awaitLoaded(ArchivedIds ids) {
    XtId nobodys = id();
    Waiting.until("the ids", () -> !ids.mayHold(nobodys));
  }

  private static Asking asking(Opening opening) {
    DataSource source =
        (DataSource)
            Proxy.newProxyInstance(
                ArchivedIdsTests.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (_, _, _) -> opening.open());
    return new Asking(source, true, "here");
  }

  private Connection database() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ids.db"));
  }

  private List<XtId> store(List<XtId> ids) throws SQLException {
    try (Connection connection = database();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO outcome (xt_id) VALUES (?)")) {
      connection.setAutoCommit(false);
      for (XtId id : ids) {
        insert.setBytes(1, id.toByteArray());
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    }
    return ids;
  }

  private List<XtId> ids(int count) {
    List<XtId> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(id());
    }
    return ids;
  }

  private XtId id() {
    byte[] hash = new byte[XtId.BYTES];
    random.nextBytes(hash);
    return new XtId(ByteString.copyFrom(hash));
  }

  /** All their bits are among the same 4,096, which no other round has. */
  private List<XtId> idsOfFewWords(int round, int count) {
    List<XtId> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ByteBuffer hash = ByteBuffer.allocate(XtId.BYTES);
      while (hash.hasRemaining()) {
        hash.putLong(round * 4_096L + random.nextInt(4_096));
      }
      ids.add(new XtId(ByteString.copyFrom(hash.flip())));
    }
    return ids;
  }
}
