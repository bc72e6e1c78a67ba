package io.rollcall.service.lifecycle;

import io.rollcall.service.coordination.FailureHandler;
import java.util.function.IntConsumer;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/**
 * Ends the process with exit code {@value #EXIT_CODE} when the coordinator failed, so that whoever
 * supervises it starts a new one. Peers are told to leave, on a thread of its own.
 */
public final class ProcessExit implements FailureHandler {

  /** "Internal software error" by the convention of sysexits. */
  static final int EXIT_CODE = 70;

  private final ApplicationContext context;
  private final IntConsumer exit;

  /**
   * Closes this context first.
   *
   * @param exit ends the process, does not return
   */
  public ProcessExit(ApplicationContext context, IntConsumer exit) {
    this.context = context;
    this.exit = exit;
  }

  @Override
  public void coordinatorFailed(Throwable cause) {
    Thread.ofPlatform()
        .name("exit")
        .start(() -> exit.accept(SpringApplication.exit(context, () -> EXIT_CODE)));
  }
}
