package io.rollcall.service.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.service.testing.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTests {

  private static final String ME = "me";
  private static final Duration NO_REST = Duration.ZERO;
  private static final Duration LONG_REST = Duration.ofDays(1);

  @Test
  void takesEverythingInTheOrderItWasPut() throws Exception {
    Inbox<String> inbox = inbox(10, 100);
    inbox.put(ME, "a", 1);
    inbox.put(ME, "b", 1);

    assertThat(inbox.takeAll(0)).containsExactly("a", "b");
    assertThat(inbox.takeAll(0)).isEmpty();
  }

  @Test
  void putWaitsAtTheBoundOfEntries() throws Exception {
    Inbox<String> inbox = inbox(1, 100);
    inbox.put(ME, "a", 1);
    CompletableFuture<Boolean> second = putAside(inbox, ME, "b", 1);

    Waiting.until("the second to wait", () -> inbox.waiters() == 1);
    assertThat(second).isNotDone();
    assertThat(inbox.takeAll(0)).containsExactly("a");
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(inbox.takeAll(0)).containsExactly("b");
  }

  @Test
  void whatMayNotWaitIsTakenBeyondTheBoundAndInItsOrder() throws Exception {
    Inbox<String> inbox = inbox(1, 100);
    inbox.put(ME, "a", 100);

    assertThat(inbox.putUnhurried(ME, "b")).isTrue();
    assertThat(inbox.takeAll(0)).containsExactly("a", "b");
    inbox.close();
    assertThat(inbox.putUnhurried(ME, "c")).isFalse();
  }

  @Test
  void whatMayNotWaitAndIsInAHurryIsTakenBeyondTheBoundsToo() throws Exception {
    Inbox<String> inbox = inbox(1, 100);
    inbox.put(ME, "a", 100);

    assertThat(inbox.putAtOnce(ME, "b", 50)).isTrue();
    assertThat(inbox.takeAll(0)).containsExactly("a", "b");
    inbox.close();
    assertThat(inbox.putAtOnce(ME, "c", 1)).isFalse();
  }

  @Test
  void hasRoomForWhatIsWithinAllBounds() throws Exception {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(6, 100, 3, 50), NO_REST);
    assertThat(inbox.hasRoom(ME, 3, 1000)).as("where no bytes wait any number fits").isTrue();
    assertThat(inbox.hasRoom(ME, 4, 1)).as("more than one source may have").isFalse();

    inbox.put(ME, "a", 30);
    assertThat(inbox.hasRoom(ME, 2, 20)).isTrue();
    assertThat(inbox.hasRoom(ME, 3, 20)).as("entries of this source").isFalse();
    assertThat(inbox.hasRoom(ME, 2, 21)).as("bytes of this source").isFalse();
    assertThat(inbox.hasRoom("other", 3, 70)).isTrue();
    assertThat(inbox.hasRoom("other", 3, 71)).as("bytes of all").isFalse();

    inbox.put("b", "b", 0);
    inbox.put("c", "c", 0);
    inbox.put("d", "d", 0);
    assertThat(inbox.hasRoom("other", 2, 0)).isTrue();
    assertThat(inbox.hasRoom("other", 3, 0)).as("entries of all").isFalse();
  }

  @Test
  void whatIsInNoHurryGathersUntilSomethingElseComes() throws Exception {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(9, 9, 9, 9), LONG_REST);
    inbox.putUnhurried(ME, "came");
    assertThat(inbox.takeAll(Inbox.FOREVER_NANOS)).as("the first waits for none").hasSize(1);
    CompletableFuture<List<String>> taken = new CompletableFuture<>();
    Thread taker = taker(inbox, Inbox.FOREVER_NANOS, taken);
    Waiting.until("it rests", () -> taker.getState() == Thread.State.TIMED_WAITING);
    inbox.putUnhurried(ME, "left");
    inbox.putUnhurried(ME, "came again");
    Waiting.until("it rests on", () -> taker.getState() == Thread.State.TIMED_WAITING);

    inbox.put("you", "a vote", 1);

    assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly("left", "came again", "a vote");
    assertThat(inbox.takeAll(0)).isEmpty();
  }

  @Test
  void whoeverWaitsForRoomEndsARest() throws Exception {
    Inbox<String> inbox = whoseTakerRestsNext(1);
    CompletableFuture<List<String>> taken = new CompletableFuture<>();
    Thread taker = taker(inbox, Inbox.FOREVER_NANOS, taken);
    Waiting.until("it rests", () -> taker.getState() == Thread.State.TIMED_WAITING);
    inbox.putUnhurried(ME, "left");

    assertThat(putAside(inbox, ME, "a vote", 1).get(10, TimeUnit.SECONDS)).isTrue();

    assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly("left");
    assertThat(inbox.takeAll(0)).containsExactly("a vote");
  }

  @Test
  void whoeverWaitsForRoomAlreadySparesTheRest() throws Exception {
    Inbox<String> inbox = whoseTakerRestsNext(1);
    inbox.putUnhurried(ME, "left");
    CompletableFuture<Boolean> vote = putAside(inbox, ME, "a vote", 1);
    Waiting.until("the vote to wait", () -> inbox.waiters() == 1);

    CompletableFuture<List<String>> taken = new CompletableFuture<>();
    var _ = taker(inbox, Inbox.FOREVER_NANOS, taken);

    assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly("left");
    assertThat(vote.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aRestEndsInTimeForADeadlineAndAtAClose() throws Exception {
    Inbox<String> inbox = whoseTakerRestsNext(9);
    inbox.putUnhurried(ME, "left");
    assertThat(inbox.takeAll(1)).containsExactly("left");

    CompletableFuture<List<String>> taken = new CompletableFuture<>();
    Thread taker = taker(inbox, Inbox.FOREVER_NANOS, taken);
    Waiting.until("it rests", () -> taker.getState() == Thread.State.TIMED_WAITING);
    inbox.close();
    assertThat(taken.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void afterTheRestWhatGatheredIsTaken() throws Exception {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(9, 9, 9, 9), Duration.ofMillis(1));
    for (int i = 0; i < 3; i++) {
      CompletableFuture<List<String>> taken = new CompletableFuture<>();
      var _ = taker(inbox, Inbox.FOREVER_NANOS, taken);
      inbox.putUnhurried(ME, "came");
      assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly("came");
    }
  }

  @Test
  void whatMayNotWaitButIsInAHurryEndsTheRest() throws Exception {
    Inbox<String> inbox = whoseTakerRestsNext(9);
    CompletableFuture<List<String>> taken = new CompletableFuture<>();
    Thread taker = taker(inbox, Inbox.FOREVER_NANOS, taken);
    Waiting.until("it rests", () -> taker.getState() == Thread.State.TIMED_WAITING);

    assertThat(inbox.putAtOnce(ME, "a vote", 1)).isTrue();

    assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly("a vote");
  }

  @Test
  void putWaitsAtTheBoundOfBytes() throws Exception {
    Inbox<String> inbox = inbox(10, 100);
    inbox.put(ME, "a", 60);
    CompletableFuture<Boolean> second = putAside(inbox, ME, "b", 60);

    Waiting.until("the second to wait", () -> inbox.waiters() == 1);
    assertThat(inbox.takeAll(0)).containsExactly("a");
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void letsAnEntryLargerThanTheBoundInWhenItIsEmpty() throws Exception {
    Inbox<String> inbox = inbox(10, 100);

    assertThat(inbox.put(ME, "a", 1000)).isTrue();
  }

  @Test
  void closingSendsAwayWhoeverWaitsAndKeepsWhatWasTaken() throws Exception {
    Inbox<String> inbox = inbox(1, 100);
    inbox.put(ME, "a", 1);
    CompletableFuture<Boolean> second = putAside(inbox, ME, "b", 1);
    Waiting.until("the second to wait", () -> inbox.waiters() == 1);

    inbox.close();

    assertThat(second.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(inbox.put(ME, "c", 1)).isFalse();
    assertThat(inbox.takeAll(Inbox.FOREVER_NANOS)).containsExactly("a");
    assertThat(inbox.takeAll(Inbox.FOREVER_NANOS)).isEmpty();
  }

  @Test
  void aSourceThatFloodsWaitsForItselfAndKeepsNobodyElseWaiting() throws Exception {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(100, 100, 3, 100), NO_REST);
    for (int i = 0; i < 3; i++) {
      inbox.put("flood", "f", 1);
    }
    CompletableFuture<Boolean> fourth = putAside(inbox, "flood", "f", 1);
    Waiting.until("the flood to wait", () -> inbox.waiters() == 1);

    assertThat(inbox.put(ME, "mine", 1)).isTrue();
    assertThat(fourth).isNotDone();
    assertThat(inbox.takeAll(0)).containsExactly("f", "f", "f", "mine");
    assertThat(fourth.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(inbox.takeAll(0)).containsExactly("f");
  }

  @Test
  void aSourceWithManyBytesWaitsForItselfToo() throws Exception {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(100, 100, 100, 50), NO_REST);
    inbox.put("flood", "f", 40);
    CompletableFuture<Boolean> second = putAside(inbox, "flood", "f", 20);
    Waiting.until("the flood to wait", () -> inbox.waiters() == 1);

    assertThat(inbox.put("flood", "without bytes", 0)).isTrue();
    assertThat(inbox.put(ME, "mine", 40)).isTrue();
    assertThat(inbox.takeAll(0)).containsExactly("f", "without bytes", "mine");
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whenManyFloodThereIsStillRoomForOneEntryOfEverybodyElse() throws Exception {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(4, 100, 2, 100), NO_REST);
    for (String source : new String[] {"f1", "f2"}) {
      inbox.put(source, source, 50);
      inbox.put(source, source, 0);
    }

    assertThat(inbox.put(ME, "a vote", 0)).isTrue();
    CompletableFuture<Boolean> second = putAside(inbox, ME, "another", 0);
    Waiting.until("the second to wait", () -> inbox.waiters() == 1);
    assertThat(inbox.takeAll(0)).hasSize(5).endsWith("a vote");
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Inbox<String> inbox(int entries, long bytes) {
    return new Inbox<>(new SingleWriter.Bounds(entries, bytes, entries, bytes), NO_REST);
  }

  /** One that has taken something that was in no hurry, and so rests long. */
  private static Inbox<String> whoseTakerRestsNext(int entries) throws InterruptedException {
    Inbox<String> inbox = new Inbox<>(new SingleWriter.Bounds(entries, 9, 9, 9), LONG_REST);
    inbox.putUnhurried(ME, "came");
    assertThat(inbox.takeAll(0)).hasSize(1);
    return inbox;
  }

  private static Thread taker(
      Inbox<String> inbox, long maxWaitNanos, CompletableFuture<List<String>> taken) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            taken.complete(inbox.takeAll(maxWaitNanos));
          } catch (InterruptedException interrupted) {
            taken.completeExceptionally(interrupted);
          }
        });
  }

  private static CompletableFuture<Boolean> putAside(
      Inbox<String> inbox, String source, String entry, long size) {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            taken.complete(inbox.put(source, entry, size));
          } catch (InterruptedException interrupted) {
            taken.completeExceptionally(interrupted);
          }
        });
    return taken;
  }
}
