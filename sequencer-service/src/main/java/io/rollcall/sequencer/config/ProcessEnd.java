package io.rollcall.sequencer.config;

import io.rollcall.sequencer.coordination.FailureHandler;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/**
 * Ends the process when the coordinator cannot go on: whoever runs it starts it again. From a
 * thread of its own, because the coordinator may not wait for its own end.
 */
final class ProcessEnd implements FailureHandler {

  private static final int FAILED = 1;

  private final ApplicationContext context;

  ProcessEnd(ApplicationContext context) {
    this.context = context;
  }

  @Override
  public void coordinatorFailed(Throwable cause) {
    Thread.ofPlatform()
        .name("process-end")
        .start(() -> System.exit(SpringApplication.exit(context, () -> FAILED)));
  }
}
