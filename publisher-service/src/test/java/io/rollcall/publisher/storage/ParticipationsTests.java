package io.rollcall.publisher.storage;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.coordination.XtCursor;
import io.rollcall.publisher.coordination.XtQuery;
import io.rollcall.publisher.coordination.XtState;
import io.rollcall.publisher.coordination.XtView;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageKind;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a chain's XTs, however many of them stand in a row. */
class ParticipationsTests {

  private static final int ALL = 1_000;

  /** Every third one has A alone, every fifth is aborted. */
  private static final int XTS = 2 * Participations.MAX_IN_ROW + 50;

  @TempDir Path folder;

  private final ManualNanoClock clock = new ManualNanoClock();

  /** Where the tables are. */
  StorageSettings settings() {
    return new StorageSettings(
        "jdbc:sqlite:" + folder.resolve("publisher.db"), Optional.empty(), Optional.empty());
  }

  /** A connection to the tables of the projection while nobody has it open. */
  Connection tables() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("publisher-index.db"));
  }

  @Test
  void aChainsXtsAreListedWhereverTheListBeginsAndEnds() throws Exception {
    decide(1, XTS);

    try (Opened opened = open(ALL)) {
      assertThat(numbers(opened, A, null, Long.MAX_VALUE, ALL))
          .containsExactlyElementsOf(descending(XTS, _ -> true));
      assertThat(numbers(opened, B, null, Long.MAX_VALUE, ALL))
          .containsExactlyElementsOf(descending(XTS, number -> number % 3 != 0));
      for (long below : new long[] {1, 2, 99, 100, 101, 102, 150, 200, 201, XTS, XTS + 1}) {
        assertThat(numbers(opened, A, null, below, 7))
            .as("below %d", below)
            .containsExactlyElementsOf(descending(below - 1, _ -> true).stream().limit(7).toList());
      }
    }
  }

  @Test
  void aChainsXtsAreListedByState() throws Exception {
    decide(1, XTS);

    try (Opened opened = open(ALL)) {
      assertThat(numbers(opened, B, XtState.ABORTED, Long.MAX_VALUE, ALL))
          .containsExactlyElementsOf(descending(XTS, number -> number % 3 != 0 && number % 5 == 0));
      assertThat(numbers(opened, A, XtState.COMMITTED, 120, 3)).containsExactly(119L, 118L, 117L);
      assertThat(numbers(opened, A, XtState.EXPIRED, Long.MAX_VALUE, ALL)).isEmpty();
    }
  }

  @Test
  void severalTransactionsOfTheProjectionAreOneList() throws Exception {
    decide(1, 30);
    decide(31, 31);
    decide(32, 180);

    try (Opened opened = open(ALL)) {
      assertThat(numbers(opened, A, null, Long.MAX_VALUE, ALL))
          .containsExactlyElementsOf(descending(180, _ -> true));
    }
  }

  @Test
  void whatIsPrunedIsListedNoMoreAlsoWhereItsRowStays() throws Exception {
    decide(1, XTS);
    int kept = Participations.MAX_IN_ROW + 20;

    try (Opened opened = open(kept)) {
      Waiting.until(
          "the oldest to go", () -> numbers(opened, A, null, Long.MAX_VALUE, ALL).size() <= kept);
      assertThat(numbers(opened, A, null, Long.MAX_VALUE, ALL))
          .containsExactlyElementsOf(descending(XTS, number -> number > XTS - kept));
    }
    assertThat(count("SELECT count(*) FROM participation WHERE last_number <= " + (XTS - kept)))
        .isZero();
  }

  @Test
  void manyXtsTakeFewRows() throws Exception {
    decide(1, XTS);

    assertThat(count("SELECT count(*) FROM participation")).isEqualTo(3 + 2);
  }

  @Test
  void whatAnEarlierVersionWroteIsListed() throws Exception {
    decide(1, 40);
    asVersionOneHadWritten(40);

    try (Opened opened = open(ALL)) {
      assertThat(numbers(opened, A, null, Long.MAX_VALUE, ALL))
          .containsExactlyElementsOf(descending(40, _ -> true));
      assertThat(numbers(opened, B, XtState.ABORTED, 30, ALL)).containsExactly(25L, 20L, 10L, 5L);
    }
  }

  private void asVersionOneHadWritten(int count) throws SQLException {
    try (Connection connection = tables();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE participant AS SELECT chain_id, first_number AS number, %s AS state FROM"
                  .formatted("CAST(1 AS SMALLINT)")
              + " participation WHERE false");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO participant VALUES (?, ?, ?)")) {
        for (int number = 1; number <= count; number++) {
          for (ChainId chain : chains(number)) {
            insert.setBytes(1, chain.bytes().toByteArray());
            insert.setLong(2, number);
            insert.setInt(3, number % 5 == 0 ? 2 : 1);
            insert.executeUpdate();
          }
        }
      }
      statement.execute("DROP TABLE participation");
      statement.execute("DELETE FROM schema_of_publisher_projection WHERE version = '2'");
    }
  }

  // ---- helpers

  /** A log and what can be asked about it. */
  private record Opened(DurableDecisionLog log, JdbcXtArchive archive) implements AutoCloseable {
    @Override
    public void close() {
      log.close();
    }
  }

  private Opened open(int details) throws Exception {
    Storage storage = Storage.open(settings(), StorageKind.PUBLISHER);
    DurableDecisionLog log =
        new DurableDecisionLog(
            storage, new PublisherTables(Duration.ofDays(7), details, Duration.ofDays(90), clock));
    log.replay(_ -> {});
    return new Opened(log, new JdbcXtArchive(log, storage.asking()));
  }

  /** In one row of the log, so in one transaction of the projection. */
  private void decide(int from, int to) throws Exception {
    try (Opened opened = open(ALL)) {
      List<LogRecord> records = new ArrayList<>();
      for (int number = from; number <= to; number++) {
        records.add(decided(number));
      }
      opened.log().append(records);
    }
  }

  private LogRecord.Decided decided(int number) {
    boolean aborted = number % 5 == 0;
    return new LogRecord.Decided(
        number,
        xt("xt " + number).id(),
        aborted ? XtOutcome.ABORTED : XtOutcome.COMMITTED,
        aborted ? "no" : "",
        "s",
        chains(number).stream()
            .map(chain -> new ChainVote(chain, ChainVote.Answer.YES, "", OptionalLong.of(1)))
            .toList(),
        clock.nanos(),
        OptionalLong.of(clock.nanos()),
        clock.nanos());
  }

  private static List<ChainId> chains(int number) {
    return number % 3 == 0 ? List.of(A) : List.of(A, B);
  }

  private List<Long> numbers(
      Opened opened, ChainId chain, @Nullable XtState state, long below, int limit) {
    return opened
        .archive()
        .list(
            new XtQuery(Optional.of(chain), Optional.ofNullable(state), limit, Optional.empty()),
            below,
            limit)
        .stream()
        .map(XtView::place)
        .map(XtCursor::place)
        .toList();
  }

  private static List<Long> descending(long from, LongPredicate which) {
    return LongStream.iterate(from, number -> number > 0, number -> number - 1)
        .filter(which)
        .boxed()
        .toList();
  }

  private long count(String query) throws SQLException {
    try (Connection connection = tables();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      found.next();
      return found.getLong(1);
    }
  }
}
