package io.rollcall.sequencer.config;

import io.rollcall.sequencer.coordination.FailureHandler;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/**
 * Ends the process with exit code {@value #EXIT_CODE} when the coordinator failed, so that whoever
 * supervises it starts a new one. Peers are told to leave, on a thread of its own.
 */
final class ProcessExit implements FailureHandler {

  /** "Internal software error" by the convention of sysexits. */
  static final int EXIT_CODE = 70;

  private final ApplicationContext context;

  ProcessExit(ApplicationContext context) {
    this.context = context;
  }

  @Override
  public void coordinatorFailed(Throwable cause) {
    Thread.ofPlatform()
        .name("exit")
        .start(() -> System.exit(SpringApplication.exit(context, () -> EXIT_CODE)));
  }
}
