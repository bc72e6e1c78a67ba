package io.rollcall.transport.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayFileTests {

  private static final ByteString A = key(1);
  private static final ByteString B = key(2);
  private static final Duration LONG = Duration.ofSeconds(20);

  /** By this clock no timestamp is covered by an earlier write, so each waits for its own. */
  private static final InstantSource LONG_AGO = () -> Instant.ofEpochSecond(-1_000_000);

  private static final Marks NOTHING = new Marks(Map.of(), Marks.NONE);

  @TempDir private Path folder;
  private final Set<ByteString> trusted = ConcurrentHashMap.newKeySet();

  ReplayFileTests() {
    trusted.addAll(List.of(A, B));
  }

  @Test
  void whatWasRecordedIsThereAtTheNextStartAndNotBefore() throws Exception {
    try (ReplayFile file = open()) {
      record(file, A, 5);
      record(file, A, 7);
      record(file, A, 6);
      assertThat(file.atStart(A)).isEmpty();
    }
    try (ReplayFile file = open()) {
      assertThat(file.atStart(A)).hasValue(7);
      assertThat(file.atStart(B)).isEmpty();
      record(file, B, 1);
      record(file, A, 6);
      assertThat(file.atStart(A)).hasValue(7);
    }
    try (ReplayFile file = open()) {
      assertThat(file.atStart(A)).hasValue(7);
      assertThat(file.atStart(B)).hasValue(1);
    }
  }

  @Test
  void whatIsRecordedIsOnDiskWhenItSaysSo() throws Exception {
    try (ReplayFile file = open()) {
      record(file, A, 5);
      assertThat(MarksText.decode(Files.readAllBytes(path())).ofKeys()).isEqualTo(Map.of(A, 5L));
    }
  }

  @Test
  void longAfterTheirLastHelloKeysThatAreNoLongerTrustedAreDropped() throws Exception {
    Instant now = Instant.ofEpochSecond(Duration.ofDays(2).toSeconds());
    long later = Duration.ofDays(3).toNanos();
    try (ReplayFile file = open(() -> now)) {
      record(file, A, 5);
      record(file, B, later);
      trusted.remove(A);
      for (int more = 1; more <= LockedFile.ROOM / 80; more++) {
        record(file, B, later + more);
      }
      assertThat(MarksText.decode(Files.readAllBytes(path())).ofKeys()).containsOnlyKeys(B);
      trusted.remove(B);
    }
    try (ReplayFile file = open(() -> now.plus(Duration.ofDays(3)))) {
      assertThat(file.atStart(B)).isEmpty();
      assertThat(MarksText.decode(Files.readAllBytes(path())).ofKeys()).isEmpty();
    }
  }

  @Test
  void theLastHelloOfAKeyThatIsTrustedNoLongerIsKeptForADay() throws Exception {
    Instant noon = Instant.ofEpochSecond(1_800_000_000);
    long now = TimeUnit.SECONDS.toNanos(noon.getEpochSecond());
    try (ReplayFile file = open(() -> noon)) {
      record(file, A, now);
      record(file, B, now - ReplayFile.KEPT.plusMinutes(1).toNanos());
      trusted.clear();
    }
    try (ReplayFile file = open(() -> noon)) {
      assertThat(file.atStart(A)).as("should it come back").hasValue(now);
      assertThat(file.atStart(B)).isEmpty();
    }
  }

  @Test
  void makesItsFolderAndLetsNobodyElseRead() throws Exception {
    try (ReplayFile file = open()) {
      record(file, A, 5);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path().getParent())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void whatAKilledProcessLeftBehindDoesNotMatter() throws Exception {
    try (ReplayFile file = open()) {
      record(file, A, 5);
    }
    Files.writeString(path().resolveSibling("replay.tmp"), "rollcall replay ma");
    try (ReplayFile file = open()) {
      assertThat(file.atStart(A)).hasValue(5);
    }
  }

  @Test
  void isUsedByOneAtATime() {
    try (ReplayFile file = open()) {
      assertThatThrownBy(this::open).hasMessage("another running process uses it");
      assertThat(file.problem()).isEmpty();
    }
    open().close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "an old note", "rollcall replay marks, version 2\nend 0 1 00000000\n"})
  void aDamagedOrForeignFileIsRefusedAndLeftAsItIs(String content) throws Exception {
    Files.createDirectories(path().getParent());
    Files.writeString(path(), content);

    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("; name another file, or move this one away");
    assertThat(path()).hasContent(content);
  }

  @Test
  void saysWhyItCannotBeWrittenAtTheStart() throws Exception {
    Files.createDirectories(path());
    assertThatThrownBy(this::open).hasMessageContaining("it cannot be read and written: ");
    Path under = Files.writeString(folder.resolve("plain"), "").resolve("replay");
    assertThatThrownBy(() -> ReplayFile.open(under, () -> trusted))
        .hasMessageContaining("it cannot be read and written: ")
        .hasMessageContaining("plain");
  }

  @Test
  void manyAtOnceShareOneWrite() throws Exception {
    GatedDisk disk = new GatedDisk();
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, LONG_AGO)) {
      CompletableFuture<Void> first = file.record(A, 0).toCompletableFuture();
      disk.awaitWriter();
      List<CompletableFuture<Void>> others = new ArrayList<>();
      for (int i = 1; i <= 600; i++) {
        others.add(file.record(i % 2 == 0 ? A : B, i).toCompletableFuture());
      }
      assertThat(first).isNotDone();
      assertThat(others).noneMatch(CompletableFuture::isDone);
      disk.gate.release();
      first.get(10, SECONDS);
      disk.awaitWriter();
      assertThat(others).noneMatch(CompletableFuture::isDone);
      disk.gate.release();
      CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).get(10, SECONDS);
      assertThat(disk.written).hasSize(2);
      disk.gate.release();
    }
    assertThat(MarksText.decode(disk.written.getLast()).ofKeys())
        .isEqualTo(Map.of(A, 600L, B, 599L));
  }

  @Test
  void whatIsNewIsAddedUntilThereIsNoRoom() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    disk.room.drainPermits();
    disk.room.release(2);
    try (ReplayFile file =
        new ReplayFile(ofKeys(Map.of(A, 5L)), disk, () -> trusted, LONG, LONG_AGO)) {
      for (int timestamp = 6; timestamp < 12; timestamp++) {
        record(file, timestamp % 2 == 0 ? A : B, timestamp);
      }
    }
    List<Integer> sizes = disk.written.stream().map(content -> content.length).toList();
    assertThat(sizes.get(1)).isGreaterThan(sizes.get(0));
    assertThat(sizes.get(2)).isGreaterThan(sizes.get(1));
    assertThat(sizes.get(3)).as("replaced").isLessThan(sizes.get(2));
    assertThat(MarksText.decode(disk.written.getLast()).ofKeys()).isEqualTo(Map.of(A, 10L, B, 11L));
  }

  @Test
  void theFileTakesMoreThanItsRoom() throws Exception {
    int times = LockedFile.ROOM / 80;
    try (ReplayFile file = open()) {
      for (int timestamp = 1; timestamp <= times; timestamp++) {
        record(file, A, timestamp);
      }
      assertThat(Files.size(path())).isLessThan(2L * LockedFile.ROOM);
    }
    try (ReplayFile file = open()) {
      assertThat(file.atStart(A)).hasValue(times);
    }
  }

  @Test
  void whatAPowerCutLeftOfTheLastWriteDoesNotMatter() throws Exception {
    int begun;
    byte[] content;
    try (ReplayFile file = open()) {
      record(file, A, 5);
      begun = new String(Files.readAllBytes(path()), US_ASCII).stripTrailing().length() + 1;
      record(file, B, 6);
      content = Files.readAllBytes(path());
    }
    content[begun + 80] = '\n';
    Files.write(path(), content);
    try (ReplayFile file = open()) {
      assertThat(file.atStart(A)).hasValue(5);
      assertThat(file.atStart(B).orElseThrow()).as("covered by the first write").isLessThan(6);
    }
  }

  @Test
  void whatIsKeptAlreadyIsNotWrittenAgain() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    try (ReplayFile file =
        new ReplayFile(ofKeys(Map.of(A, 5L)), disk, () -> trusted, LONG, LONG_AGO)) {
      record(file, A, 5);
      record(file, A, 4);
      assertThat(disk.written).isEmpty();
      record(file, A, 6);
      assertThat(disk.written).hasSize(1);
    }
    assertThat(disk.written).as("and that nothing is covered any more").hasSize(2);
  }

  @Test
  void whatAnEarlierWriteCoversWaitsForNoDisk() throws Exception {
    GatedDisk disk = new GatedDisk();
    Instant now = Instant.ofEpochSecond(100);
    long covered = Duration.ofSeconds(100).plus(ReplayFile.AHEAD).toNanos();
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, () -> now)) {
      CompletableFuture<Void> first = file.record(A, covered - 10).toCompletableFuture();
      disk.awaitWriter();
      assertThat(first).isNotDone();
      disk.gate.release();
      first.get(10, SECONDS);
      assertThat(MarksText.decode(disk.written.getFirst()).ofAll()).isEqualTo(covered);

      assertThat(file.record(B, covered).toCompletableFuture()).isDone();
      CompletableFuture<Void> beyond = file.record(A, covered + 1).toCompletableFuture();
      assertThat(beyond).isNotDone();
      disk.gate.release(100);
      beyond.get(10, SECONDS);
      assertThat(MarksText.decode(disk.written.get(1)).ofKeys())
          .as("whoever waits takes along what does not")
          .isEqualTo(Map.of(A, covered + 1, B, covered));
    }
  }

  @Test
  void whatNobodyWaitsForIsWrittenByItself() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    Instant now = Instant.ofEpochSecond(100);
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, () -> now)) {
      record(file, A, 5);
      record(file, B, 6);
      Await.until("both are written", () -> disk.written.size() == 2);
      assertThat(MarksText.decode(disk.written.getLast()).ofKeys()).isEqualTo(Map.of(A, 5L, B, 6L));
    }
  }

  @Test
  void afterAnEndOutOfOrderNothingCountsThatWasCovered() throws Exception {
    Instant now = Instant.ofEpochSecond(100);
    long covered = Duration.ofSeconds(100).plus(ReplayFile.AHEAD).toNanos();
    byte[] whenKilled;
    try (ReplayFile file = open(() -> now)) {
      record(file, A, 5);
      whenKilled = Files.readAllBytes(path());
      record(file, B, covered);
    }
    try (ReplayFile file = open(() -> now)) {
      assertThat(file.atStart(A)).as("in order").hasValue(5);
      assertThat(file.atStart(B)).hasValue(covered);
    }
    Files.write(path(), whenKilled);
    try (LogCapture log = LogCapture.of(ReplayFile.class);
        ReplayFile file = open(() -> now)) {
      assertThat(file.atStart(A)).hasValue(covered);
      assertThat(file.atStart(B)).hasValue(covered);
      assertThat(log.lines(Level.WARN))
          .singleElement()
          .asString()
          .contains("hellos signed after 1970-01-01T00:01:41Z count");
    }
    try (ReplayFile file = open(() -> now.plusSeconds(3600))) {
      assertThat(file.atStart(A)).as("whatever came since").hasValue(covered);
    }
  }

  @Test
  void aClockThatWasAheadDoesNoHarmBeyondTheNextWrite() throws Exception {
    GatedDisk disk = new GatedDisk();
    AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(50_000));
    long covered = Duration.ofSeconds(100).plus(ReplayFile.AHEAD).toNanos();
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, now::get)) {
      disk.gate.release();
      record(file, A, 5);
      now.set(Instant.ofEpochSecond(100));
      assertThat(file.record(B, covered - 1).toCompletableFuture())
          .as("covered far too well")
          .isDone();
      disk.awaitWriter();

      CompletableFuture<Void> meanwhile = file.record(B, covered + 1).toCompletableFuture();
      assertThat(meanwhile).as("what is being written covers less than what was").isNotDone();
      disk.gate.release();
      Await.until("it is written", () -> disk.written.size() == 2);
      assertThat(MarksText.decode(disk.written.get(1)))
          .isEqualTo(new Marks(Map.of(A, 5L, B, covered - 1), covered));
      assertThat(meanwhile).isNotDone();
      disk.gate.release(100);
      meanwhile.get(10, SECONDS);
    }
  }

  @Test
  void aClockThatIsRightAgainIsWrittenAlsoWhenNoMarkGetsHigher() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(50_000));
    long covered = Duration.ofSeconds(100).plus(ReplayFile.AHEAD).toNanos();
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, now::get)) {
      record(file, A, Duration.ofSeconds(50_000).toNanos());
      now.set(Instant.ofEpochSecond(100));
      record(file, A, 7);
      Await.until("it is written", () -> disk.written.size() == 2);
      assertThat(MarksText.decode(disk.written.getLast()).ofAll()).isEqualTo(covered);
      record(file, A, 8);
      record(file, B, covered + 1);
      assertThat(disk.written).as("nothing was written for what needs nothing").hasSize(3);
    }
  }

  @Test
  void aWriteThatFailedCoversNothing() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    disk.failure = "No space left on device";
    Instant now = Instant.ofEpochSecond(100);
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, () -> now)) {
      record(file, A, 5);
      disk.gate.drainPermits();
      CompletableFuture<Void> next = file.record(B, 6).toCompletableFuture();
      disk.awaitWriter();
      assertThat(next).isNotDone();
      disk.failure = "";
      disk.gate.release(100);
      next.get(10, SECONDS);
    }
    assertThat(MarksText.decode(disk.written.getLast())).isEqualTo(ofKeys(Map.of(A, 5L, B, 6L)));
  }

  @Test
  void aFullDiskKeepsNobodyOutAndIsSaidOnceUntilItIsOver() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    disk.failure = "No space left on device";
    try (LogCapture log = LogCapture.of(ReplayFile.class);
        ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, LONG_AGO)) {
      record(file, A, 1);
      record(file, A, 2);
      assertThat(file.problem()).contains("No space left on device");
      assertThat(log.lines(Level.ERROR))
          .singleElement()
          .asString()
          .contains("cannot be written: No space left on device");

      disk.failure = "";
      record(file, B, 1);
      assertThat(file.problem()).isEmpty();
      assertThat(MarksText.decode(disk.written.getLast()).ofKeys()).isEqualTo(Map.of(A, 2L, B, 1L));
      assertThat(log.lines(Level.WARN)).containsExactly("the replay file is written again");
    }
  }

  @Test
  void whatCouldNotBeWrittenIsTriedAgainAtTheEnd() throws Exception {
    GatedDisk disk = new GatedDisk();
    disk.gate.release(100);
    disk.failure = "No space left on device";
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, LONG_AGO)) {
      record(file, A, 1);
      disk.failure = "";
    }
    assertThat(MarksText.decode(disk.written.getLast()).ofKeys()).isEqualTo(Map.of(A, 1L));
    assertThat(disk.closed).isTrue();
  }

  @Test
  void aDiskThatHangsKeepsNobodyOut() throws Exception {
    GatedDisk disk = new GatedDisk();
    try (ReplayFile file =
        new ReplayFile(NOTHING, disk, () -> trusted, Duration.ofMillis(50), LONG_AGO)) {
      record(file, A, 1);
      assertThat(file.problem()).contains("the disk does not answer in time");
      disk.gate.release(100);
      Await.until("it is written", () -> file.problem().isEmpty());
      assertThat(disk.written).hasSize(1);
    }
  }

  @Test
  void noMoreThanItsBoundWaitForADiskThatHangs() throws Exception {
    GatedDisk disk = new GatedDisk();
    try (ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, LONG_AGO)) {
      var _ = file.record(A, 0);
      disk.awaitWriter();
      CompletableFuture<Void> last = new CompletableFuture<>();
      for (int i = 1; i <= ReplayFile.MOST_WAITING; i++) {
        last = file.record(A, i).toCompletableFuture();
      }
      assertThat(last).isNotDone();
      record(file, A, 9000);
      assertThat(file.problem()).isPresent();
      disk.gate.release(100);
      last.get(10, SECONDS);
    }
    assertThat(MarksText.decode(disk.written.getLast()).ofKeys()).isEqualTo(Map.of(A, 9000L));
  }

  @Test
  void closingWritesWhatWaitsAndMayBeDoneTwice() throws Exception {
    GatedDisk disk = new GatedDisk();
    ReplayFile file = new ReplayFile(NOTHING, disk, () -> trusted, LONG, LONG_AGO);
    var first = file.record(A, 1).toCompletableFuture();
    var second = file.record(A, 2).toCompletableFuture();
    disk.gate.release(100);
    file.close();
    file.close();

    first.get(10, SECONDS);
    second.get(10, SECONDS);
    assertThat(MarksText.decode(disk.written.getLast()).ofKeys()).isEqualTo(Map.of(A, 2L));
    record(file, A, 3);
  }

  private Path path() {
    return folder.resolve("made/replay");
  }

  private ReplayFile open() {
    return open(LONG_AGO);
  }

  private ReplayFile open(InstantSource clock) {
    return ReplayFile.open(path(), () -> trusted, clock);
  }

  private static Marks ofKeys(Map<ByteString, Long> marks) {
    return new Marks(marks, Marks.NONE);
  }

  private static void record(ReplayFile file, ByteString key, long timestamp) throws Exception {
    file.record(key, timestamp).toCompletableFuture().get(10, SECONDS);
  }

  private static ByteString key(int number) {
    return ByteString.fromHex("02%064x".formatted(number));
  }

  /** Takes content one permit at a time, or throws. */
  private static final class GatedDisk implements Disk {
    final Semaphore gate = new Semaphore(0);
    final List<byte[]> written = new CopyOnWriteArrayList<>();
    volatile String failure = "";
    volatile boolean closed;
    final Semaphore room = new Semaphore(1_000);
    private boolean whole;

    void awaitWriter() {
      Await.until("somebody writes", gate::hasQueuedThreads);
    }

    @Override
    public void replace(byte[] content) throws IOException {
      gate.acquireUninterruptibly();
      fail();
      written.add(content);
      whole = true;
    }

    @Override
    public boolean append(byte[] more) throws IOException {
      if (!whole || !room.tryAcquire()) {
        return false;
      }
      gate.acquireUninterruptibly();
      fail();
      byte[] before = written.getLast();
      byte[] after = Arrays.copyOf(before, before.length + more.length);
      System.arraycopy(more, 0, after, before.length, more.length);
      written.add(after);
      return true;
    }

    private void fail() throws IOException {
      if (!failure.isEmpty()) {
        whole = false;
        throw new IOException(failure);
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
