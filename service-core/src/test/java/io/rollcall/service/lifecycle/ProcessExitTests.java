package io.rollcall.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.service.storage.StorageException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.StaticApplicationContext;

class ProcessExitTests {

  private record Ended(int code, boolean contextWasClosed, Thread thread) {}

  @Test
  void saysByItsExitCodeThatStorageWasTheCause() throws Exception {
    StaticApplicationContext context = new StaticApplicationContext();
    context.refresh();
    CompletableFuture<Integer> ended = new CompletableFuture<>();

    new ProcessExit(context, ended::complete)
        .coordinatorFailed(new StorageException("the disk is full"));

    assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(74);
  }

  @Test
  void closesTheApplicationAndEndsTheProcessOffTheCoordinatorsThread() throws Exception {
    StaticApplicationContext context = new StaticApplicationContext();
    context.refresh();
    CompletableFuture<Ended> ended = new CompletableFuture<>();

    new ProcessExit(
            context,
            code -> ended.complete(new Ended(code, !context.isActive(), Thread.currentThread())))
        .coordinatorFailed(new IllegalStateException("a bug"));

    Ended how = ended.get(10, TimeUnit.SECONDS);
    assertThat(how.code()).isEqualTo(70);
    assertThat(how.contextWasClosed()).isTrue();
    assertThat(how.thread()).isNotEqualTo(Thread.currentThread());
  }
}
