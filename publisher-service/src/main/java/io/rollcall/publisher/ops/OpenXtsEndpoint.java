package io.rollcall.publisher.ops;

import io.rollcall.proto.XtId;
import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.publisher.coordination.XtProjection;
import io.rollcall.publisher.coordination.XtView;
import io.rollcall.scp.ChainVote;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@code /actuator/xts}: the XTs that are started and undecided at this moment, the {@value #MOST}
 * oldest of them, and how many there are and wait. What has ended is at {@code /v1/xts}.
 */
@Endpoint(id = "xts")
public final class OpenXtsEndpoint {

  static final int MOST = 100;
  private static final int LIMIT_SECONDS = 5;

  private final PublisherCoordinator coordinator;
  private final XtProjection xts;

  /** Asks this coordinator which, and this projection what is known of them. */
  public OpenXtsEndpoint(PublisherCoordinator coordinator, XtProjection xts) {
    this.coordinator = coordinator;
    this.xts = xts;
  }

  /**
   * All of it.
   *
   * @throws IllegalStateException when the coordinator does not answer within {@value
   *     #LIMIT_SECONDS} s
   */
  @ReadOperation
  public OpenXtsDescriptor xts() {
    Open open = ask();
    return new OpenXtsDescriptor(
        open.count,
        open.waiting,
        open.oldest.stream()
            .map(xts::find)
            .flatMap(Optional::stream)
            .map(OpenXtDescriptor::of)
            .toList());
  }

  private Open ask() {
    try {
      return coordinator
          .ask(machine ->
              new Open(
                  machine.openCount(),
                  machine.queued(),
                  machine.open().stream().limit(MOST).toList()))
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException("the coordinator does not answer", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private record Open(int count, int waiting, List<XtId> oldest) {}

  /**
   * The whole answer.
   *
   * @param open how many are started and undecided
   * @param waiting how many wait to be started
   * @param oldest the oldest of the open ones
   */
  public record OpenXtsDescriptor(int open, int waiting, List<OpenXtDescriptor> oldest) {}

  /**
   * One open XT.
   *
   * @param id 64 hex digits
   * @param submitter who sent it first
   * @param announcedAt since when votes count
   * @param votedYes chains that did, decimal
   * @param missing chains whose vote is not there yet, decimal: whom to look at
   */
  public record OpenXtDescriptor(
      String id,
      String submitter,
      @Nullable Instant announcedAt,
      List<String> votedYes,
      List<String> missing) {

    static OpenXtDescriptor of(XtView xt) {
      return new OpenXtDescriptor(
          xt.id().hex(),
          xt.submitter(),
          xt.announcedNanos().isEmpty()
              ? null
              : Instant.ofEpochSecond(0, xt.announcedNanos().getAsLong()),
          chains(xt, ChainVote.Answer.YES),
          chains(xt, ChainVote.Answer.NONE));
    }

    private static List<String> chains(XtView xt, ChainVote.Answer answer) {
      return xt.chains().stream()
          .filter(participant -> participant.answer() == answer)
          .map(participant -> participant.chain().toString())
          .toList();
    }
  }
}
