package io.rollcall.service.lifecycle;

import io.rollcall.service.coordination.FailureHandler;
import io.rollcall.service.storage.StorageException;
import java.util.function.IntConsumer;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/**
 * Ends the process when the coordinator failed, so that whoever supervises it starts a new one:
 * with the exit code that the cause asks for ({@value StorageException#EXIT_CODE} when it is what
 * is stored), else with {@value #EXIT_CODE}. Peers are told to leave, on a thread of its own.
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
        .start(() -> exit.accept(SpringApplication.exit(context, () -> exitCode(cause))));
  }

  private static int exitCode(Throwable cause) {
    return ServiceApplication.isAboutStorage(cause) ? StorageException.EXIT_CODE : EXIT_CODE;
  }
}
