package io.rollcall.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.StaticApplicationContext;

class ProcessExitTests {

  private record Ended(int code, boolean contextWasClosed, Thread thread) {}

  @Test
  void closesTheApplicationAndEndsTheProcessOffTheCoordinatorsThread() throws Exception {
    StaticApplicationContext context = new StaticApplicationContext();
    context.refresh();
    CompletableFuture<Ended> ended = new CompletableFuture<>();

    new ProcessExit(
            context,
            code -> ended.complete(new Ended(code, !context.isActive(), Thread.currentThread())))
        .coordinatorFailed(new IllegalStateException("disk full"));

    Ended how = ended.get(10, TimeUnit.SECONDS);
    assertThat(how.code()).isEqualTo(70);
    assertThat(how.contextWasClosed()).isTrue();
    assertThat(how.thread()).isNotEqualTo(Thread.currentThread());
  }
}
