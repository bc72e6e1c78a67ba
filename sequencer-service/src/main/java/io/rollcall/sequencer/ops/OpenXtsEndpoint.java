package io.rollcall.sequencer.ops;

import io.rollcall.scp.OpenXt;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@code /actuator/xts}: the XTs that this sequencer heard of and knows no decision of, the {@value
 * #MOST} oldest of them, and how many there are.
 */
@Endpoint(id = "xts")
public final class OpenXtsEndpoint {

  static final int MOST = 100;
  private static final int LIMIT_SECONDS = 5;

  private final SequencerCoordinator coordinator;

  /** Asks this coordinator. */
  public OpenXtsEndpoint(SequencerCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  /**
   * All of it.
   *
   * @throws IllegalStateException when the coordinator does not answer within {@value
   *     #LIMIT_SECONDS} s
   */
  @ReadOperation
  public OpenXtsDescriptor xts() {
    try {
      return coordinator
          .ask(machine ->
              new OpenXtsDescriptor(
                  machine.openCount(),
                  machine.submissionCount(),
                  machine.openXts(MOST).stream().map(OpenXtDescriptor::of).toList()))
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException("the coordinator does not answer", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /**
   * The whole answer.
   *
   * @param open how many were started by the publisher and have no decision here
   * @param submitted how many that were submitted here have no outcome yet
   * @param oldest the oldest of the open ones
   */
  public record OpenXtsDescriptor(int open, int submitted, List<OpenXtDescriptor> oldest) {}

  /**
   * One open XT.
   *
   * @param id 64 hex digits
   * @param chains the participants, decimal
   * @param phase staging, waiting, voted_yes or voted_no
   * @param reason what it waits for, or why the vote was no
   * @param startedAt when its start came
   * @param votedAt when this chain voted; absent when it did not yet
   * @param inDoubt whether its decision is overdue
   */
  public record OpenXtDescriptor(
      String id,
      List<String> chains,
      String phase,
      String reason,
      Instant startedAt,
      @Nullable Instant votedAt,
      boolean inDoubt) {

    static OpenXtDescriptor of(OpenXt open) {
      return new OpenXtDescriptor(
          open.xt().id().hex(),
          open.xt().chains().stream().map(Object::toString).toList(),
          open.phase().name().toLowerCase(Locale.ROOT),
          open.reason(),
          Instant.ofEpochSecond(0, open.startedAt()),
          open.votedAt().isEmpty() ? null : Instant.ofEpochSecond(0, open.votedAt().getAsLong()),
          open.inDoubt());
    }
  }
}
