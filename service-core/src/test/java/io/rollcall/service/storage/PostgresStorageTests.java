package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.service.testing.PostgresServer;
import io.rollcall.service.testing.Waiting;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(
    value = "io.rollcall.service.testing.PostgresServer#isAvailable",
    disabledReason = "no PostgreSQL is installed under /usr/lib/postgresql")
class PostgresStorageTests extends StorageContract {

  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void clean() throws SQLException {
    try (Connection tables = logTables();
        Statement statement = tables.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE");
      statement.execute("CREATE SCHEMA public");
    }
  }

  @Override
  StorageSettings settings() {
    return new StorageSettings(server.url(), Optional.of(server.user()), Optional.empty());
  }

  @Override
  Connection logTables() throws SQLException {
    return DriverManager.getConnection(server.url(), server.user(), null);
  }

  @Override
  Connection projectionTables() throws SQLException {
    return logTables();
  }

  @Override
  String historyOfLog() {
    return "schema_of_publisher_log";
  }

  @Test
  void whoeverComesSecondIsSentAway() throws Exception {
    try (Storage first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is used by another process");
      first.log().append(Words.bytes("still ours"));
    }
  }

  @Test
  void aServerThatIsNotThereStopsTheStart() {
    StorageSettings nobody =
        new StorageSettings(
            "jdbc:postgresql://127.0.0.1:1/postgres", Optional.of("u"), Optional.empty());

    assertThatThrownBy(() -> Storage.open(nobody, StorageKind.PUBLISHER))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("postgresql //127.0.0.1:1/postgres cannot be used");
  }

  @Test
  void aWriteWaitsForAServerThatIsAwayAndIsWrittenOnce() throws Exception {
    try (Storage storage = open()) {
      RowLog log = storage.log();
      log.append(Words.bytes("before"));
      server.stop();
      CompletableFuture<Long> waiting = inBackground(log, "meanwhile");
      Waiting.until("the loss to be noticed", () -> !log.isWritable());
      assertThat(waiting).isNotDone();
      assertThat(log.fault()).hasValueSatisfying(why -> assertThat(why).contains("cannot be used"));

      server.startAgain();

      assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(log.isWritable()).isTrue();
      assertThat(log.fault()).isEmpty();
      log.append(Words.bytes("after"));
      assertThat(Words.read(log)).containsExactly("before", "meanwhile", "after");
    }
  }

  @Test
  void nothingIsLostOrDoubledHoweverOftenTheServerIsKilledUnderLoad() throws Exception {
    AtomicInteger written = new AtomicInteger();
    try (Storage storage = open();
        Projector<String> projector = storage.projector(new Words())) {
      projector.start();
      RowLog log = storage.log();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> {
            while (written.get() < 100_000 && !Thread.currentThread().isInterrupted()) {
              try {
                String word = "word " + written.get();
                projector.put(log.append(Words.bytes(word)), word);
              } catch (StorageException closed) {
                return;
              }
              written.incrementAndGet();
            }
          });
      for (int i = 0; i < 3; i++) {
        int before = written.get();
        Waiting.until("some writes", () -> written.get() > before + 50);
        server.kill();
        server.startAgain();
      }
      int before = written.get();
      Waiting.until("some more writes", () -> written.get() > before + 50);
      log.close();
      writer.get(30, TimeUnit.SECONDS);
      Waiting.until("the projection", () -> projector.appliedSequence() >= written.get());
      assertThat(Words.read(storage))
          .hasSize((int) projector.appliedSequence())
          .doesNotHaveDuplicates();
    }

    try (Storage storage = open()) {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < written.get(); i++) {
        expected.add("word " + i);
      }
      List<String> found = Words.read(storage.log());
      // The last one may have been written although its writer was sent away.
      assertThat(found.subList(0, written.get())).isEqualTo(expected);
      assertThat(found.size()).isBetween(written.get(), written.get() + 1);
    }
  }

  @Test
  void aCommitWhoseAnswerIsLostIsReadBackAndNotWrittenTwice() throws Exception {
    assertOneOfEach(1);
  }

  @Test
  void aRowWhoseInsertIsLostIsWrittenAgain() throws Exception {
    assertOneOfEach(0);
  }

  /**
   * The line is cut after so many answers: that to the insert comes first, then that to the commit.
   */
  private void assertOneOfEach(int answers) throws Exception {
    int port = URI.create(server.url().substring("jdbc:".length())).getPort();
    try (SwallowingProxy proxy = new SwallowingProxy(port)) {
      StorageSettings through =
          new StorageSettings(
              server.url().replace(":" + port, ":" + proxy.port()),
              Optional.of(server.user()),
              Optional.empty());
      try (Storage storage = Storage.open(through, StorageKind.PUBLISHER)) {
        RowLog log = storage.log();
        log.append(Words.bytes("before"));

        proxy.swallowAfter(answers);
        RowPosition written = log.append(Words.bytes("in the middle"));

        assertThat(written.sequence()).isEqualTo(2);
        log.append(Words.bytes("after"));
        assertThat(Words.read(log)).containsExactly("before", "in the middle", "after");
      }
    }
  }

  @Test
  void anotherWriterEndsIt() throws Exception {
    try (Storage storage = open()) {
      RowLog log = storage.log();
      log.append(Words.bytes("ours"));
      try (Connection tables = logTables();
          Statement statement = tables.createStatement()) {
        statement.execute(
            "INSERT INTO log SELECT 2, epoch, version, crc32c, previous_hash, batch FROM log");
      }

      assertThatThrownBy(() -> log.append(Words.bytes("ours too")))
          .isInstanceOf(StorageException.class);
      assertThat(log.isWritable()).isFalse();
      assertThatThrownBy(() -> log.append(Words.bytes("again")))
          .isInstanceOf(StorageException.class);
    }
  }

  @Test
  void closingEndsAWriteThatWaits() throws Exception {
    try (Storage storage = open()) {
      RowLog log = storage.log();
      server.stop();
      try {
        CompletableFuture<Long> waiting = inBackground(log, "never");
        Waiting.until("the loss to be noticed", () -> !log.isWritable());
        log.close();
        assertThat(waiting)
            .failsWithin(Duration.ofSeconds(20))
            .withThrowableThat()
            .withMessageContaining("was closed while it was away");
      } finally {
        server.startAgain();
      }
    }
  }

  private static CompletableFuture<Long> inBackground(RowLog log, String word) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            done.complete(log.append(Words.bytes(word)).sequence());
          } catch (StorageException failed) {
            done.completeExceptionally(failed);
          }
        });
    return done;
  }
}
