package io.rollcall.transport.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Most tests look themselves, one look after the other. */
class WatchedFileTests {

  @TempDir private Path folder;
  private final List<String> used = new CopyOnWriteArrayList<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private volatile boolean slow;
  private Path file;
  private WatchedFile watched;

  @BeforeEach
  void begin() throws IOException {
    file = folder.resolve("trusted.yml");
    write("first");
    watched = new WatchedFile("a.property", file, ByteString.copyFromUtf8("first"), this::use);
  }

  @AfterEach
  void end() {
    watched.close();
  }

  private void use(ByteString content) {
    String text = content.toStringUtf8();
    if (text.equals("fault")) {
      throw new IllegalStateException("on purpose");
    }
    if (text.equals("slow")) {
      awaitQuietly(release);
    }
    if (text.startsWith("wrong")) {
      throw new IllegalArgumentException("it is " + text);
    }
    used.add(text);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  /** In one step, for a watch that looks when it likes. */
  private void replace(String text) throws IOException {
    Path next = Files.writeString(folder.resolve("next"), text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void whatIsInUseAlreadyIsNotUsedAgain() {
    look(3);
    assertThat(used).isEmpty();
    assertThat(watched.problem()).isEmpty();
  }

  @Test
  void aChangeCountsWhenTwoLooksInARowFindIt() throws IOException {
    write("half");
    look(1);
    write("half and the other half");
    look(1);
    assertThat(used).isEmpty();
    look(1);
    assertThat(used).containsExactly("half and the other half");
    look(3);
    assertThat(used).hasSize(1);
  }

  @Test
  void aFileThatIsAwayForOneLookWasNeverAway() throws IOException {
    Files.delete(file);
    look(1);
    write("first");
    look(2);
    assertThat(used).isEmpty();
    assertThat(watched.problem()).isEmpty();
  }

  @Test
  void aLinkThatPointsElsewhereIsAChange() throws IOException {
    Path one = Files.createDirectory(folder.resolve("..one"));
    Path two = Files.createDirectory(folder.resolve("..two"));
    Files.writeString(one.resolve("trusted.yml"), "first");
    Files.writeString(two.resolve("trusted.yml"), "second");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), one);
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("..data/trusted.yml"));
    look(2);
    assertThat(used).isEmpty();

    Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), two);
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    look(2);
    assertThat(used).containsExactly("second");
  }

  @Test
  void theSameLengthAtTheSameTimeIsAChangeToo() throws IOException {
    var time = Files.getLastModifiedTime(file);
    write("FIRST");
    Files.setLastModifiedTime(file, time);
    look(2);
    assertThat(used).containsExactly("FIRST");
  }

  @Test
  void whatIsWrongIsToldOnceAndIsOverWhenItIsRight() throws IOException {
    try (LogCapture log = LogCapture.of(WatchedFile.class)) {
      write("wrong 1");
      look(5);
      assertThat(watched.problem()).contains("a.property: " + file + " is not used: it is wrong 1");
      assertThat(log.lines(Level.ERROR)).hasSize(1);
      write("wrong 2");
      look(5);
      assertThat(log.lines(Level.ERROR)).hasSize(2);
      Files.delete(file);
      look(5);
      assertThat(watched.problem().orElseThrow()).endsWith("is not used: it does not exist");
      assertThat(log.lines(Level.ERROR)).hasSize(3);
      assertThat(used).isEmpty();

      write("second");
      look(2);
      assertThat(watched.problem()).isEmpty();
      assertThat(used).containsExactly("second");
      assertThat(log.lines(Level.ERROR)).hasSize(3);
    }
  }

  @Test
  void aFileThatComesBackAsItWasEndsTheProblem() throws IOException {
    Files.delete(file);
    look(2);
    assertThat(watched.problem()).isPresent();
    write("first");
    look(2);
    assertThat(watched.problem()).isEmpty();
  }

  @Test
  void readsNoFolderAndNotMoreThanItsBound() throws IOException {
    assertThatThrownBy(() -> WatchedFile.read(folder)).hasMessage("it is no file");
    Files.write(file, new byte[WatchedFile.MOST_BYTES]);
    assertThat(WatchedFile.read(file).size()).isEqualTo(WatchedFile.MOST_BYTES);
    Files.write(file, new byte[WatchedFile.MOST_BYTES + 1]);
    assertThatThrownBy(() -> WatchedFile.read(file)).hasMessage("it has more than 1 MB");
  }

  @Test
  void looksByItselfOnceItIsStarted() throws IOException {
    watched.start();
    replace("second");
    Await.until("the change is used", () -> used.equals(List.of("second")));
  }

  @Test
  void aFaultOfOursEndsNoWatchAndIsNoSecret() throws IOException {
    watched.start();
    replace("fault");
    Await.until("it is a problem", () -> watched.problem().isPresent());
    replace("second");
    Await.until("the next change is used", () -> used.equals(List.of("second")));
    Await.until("it is none any more", () -> watched.problem().isEmpty());
  }

  @Test
  void aLookThatTakesLongIsAProblemForAsLongAsItTakes() throws IOException {
    AtomicLong now = new AtomicLong(1);
    watched.close();
    watched =
        new WatchedFile("a.property", file, ByteString.copyFromUtf8("first"), this::use, now::get);
    watched.start();
    replace("slow");
    Await.until("it is being used", () -> slow);
    assertThat(watched.problem()).isEmpty();

    now.addAndGet(WatchedFile.PATIENCE.toNanos() + 1);
    assertThat(watched.problem())
        .contains("a.property: reading " + file + " takes longer than 5 s");

    release.countDown();
    Await.until("it is over", () -> watched.problem().isEmpty());
    assertThat(used).containsExactly("slow");
    watched.close();
    now.addAndGet(2 * WatchedFile.PATIENCE.toNanos());
    Await.until("nothing is looked at any more", () -> watched.problem().isEmpty());
  }

  @Test
  void itsThreadEndsWithIt() throws InterruptedException {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    watched.start();
    Thread its =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("trusted-sequencers-file"))
            .filter(thread -> !before.contains(thread))
            .findFirst()
            .orElseThrow();

    watched.close();

    assertThat(its.join(Duration.ofSeconds(10))).isTrue();
  }

  private void awaitQuietly(CountDownLatch latch) {
    slow = true;
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      watched.look();
    }
  }
}
