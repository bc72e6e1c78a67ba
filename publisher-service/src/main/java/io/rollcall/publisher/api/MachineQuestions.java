package io.rollcall.publisher.api;

import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.scp.ScpPublisher;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.springframework.http.HttpStatus;

/** Asks the machine for HTTP: waits for the answer, but not for long. Safe for any thread. */
final class MachineQuestions {

  private static final int LIMIT_SECONDS = 5;

  private final PublisherCoordinator coordinator;

  MachineQuestions(PublisherCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  <T> T ask(Function<ScpPublisher, T> question) throws TimeoutException, InterruptedException {
    try {
      return coordinator.ask(question).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof CoordinatorStoppedException) {
        throw Problems.of(HttpStatus.SERVICE_UNAVAILABLE, "the coordinator is not running");
      }
      throw new IllegalStateException(failed.getCause());
    }
  }
}
