package io.rollcall.sequencer.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.sequencer.testing.Waiting;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTests {

  @Test
  void takesEverythingInTheOrderItWasPut() throws Exception {
    Inbox<String> inbox = new Inbox<>(10, 100);
    inbox.put("a", 1);
    inbox.put("b", 1);

    assertThat(inbox.takeAll(0)).containsExactly("a", "b");
    assertThat(inbox.takeAll(0)).isEmpty();
  }

  @Test
  void putWaitsAtTheBoundOfEntries() throws Exception {
    Inbox<String> inbox = new Inbox<>(1, 100);
    inbox.put("a", 1);
    CompletableFuture<Boolean> second = putAside(inbox, "b", 1);

    Waiting.until("the second to wait", () -> inbox.waiters() == 1);
    assertThat(second).isNotDone();
    assertThat(inbox.takeAll(0)).containsExactly("a");
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(inbox.takeAll(0)).containsExactly("b");
  }

  @Test
  void putWaitsAtTheBoundOfBytes() throws Exception {
    Inbox<String> inbox = new Inbox<>(10, 100);
    inbox.put("a", 60);
    CompletableFuture<Boolean> second = putAside(inbox, "b", 60);

    Waiting.until("the second to wait", () -> inbox.waiters() == 1);
    assertThat(inbox.takeAll(0)).containsExactly("a");
    assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void letsAnEntryLargerThanTheBoundInWhenItIsEmpty() throws Exception {
    Inbox<String> inbox = new Inbox<>(10, 100);

    assertThat(inbox.put("a", 1000)).isTrue();
  }

  @Test
  void closingSendsAwayWhoeverWaitsAndKeepsWhatWasTaken() throws Exception {
    Inbox<String> inbox = new Inbox<>(1, 100);
    inbox.put("a", 1);
    CompletableFuture<Boolean> second = putAside(inbox, "b", 1);
    Waiting.until("the second to wait", () -> inbox.waiters() == 1);

    inbox.close();

    assertThat(second.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(inbox.put("c", 1)).isFalse();
    assertThat(inbox.takeAll(Inbox.FOREVER_NANOS)).containsExactly("a");
    assertThat(inbox.takeAll(Inbox.FOREVER_NANOS)).isEmpty();
  }

  private static CompletableFuture<Boolean> putAside(Inbox<String> inbox, String entry, long size) {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            taken.complete(inbox.put(entry, size));
          } catch (InterruptedException interrupted) {
            taken.completeExceptionally(interrupted);
          }
        });
    return taken;
  }
}
