package io.rollcall.sequencer.ops;

import io.rollcall.proto.XtId;
import io.rollcall.scp.OpenXt;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@code /actuator/doubt}: the XTs in doubt, and their end by an operator's hand. Off unless {@code
 * management.endpoint.doubt.access} says otherwise: whoever may call it can commit on this rollup
 * what the others aborted. Bad input is answered with 400 and a sentence. What was decided is in
 * the journal with its operator's name, and an audit line at WARN.
 */
@Endpoint(id = "doubt", defaultAccess = Access.NONE)
public final class DoubtEndpoint {

  private static final int LIMIT_SECONDS = 10;
  private static final String NAMES = "[A-Za-z0-9@._ -]{1,64}";

  private final SequencerCoordinator coordinator;

  /** Asks and tells this coordinator. */
  public DoubtEndpoint(SequencerCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  /** Those in doubt, longest first. */
  @ReadOperation
  public DoubtDescriptor inDoubt() {
    return new DoubtDescriptor(
        ask(machine ->
            machine.inDoubt().stream()
                .map(machine::openXt)
                .flatMap(Optional::stream)
                .map(XtDescriptor::of)
                .toList()));
  }

  /**
   * Ends one of them.
   *
   * @param id of the XT, 64 hex digits
   * @param outcome {@code commit} or {@code abort}; it has to be that of the other chains
   * @param operator who says so; not needed where the caller is authenticated
   */
  @WriteOperation
  public ResolvedDescriptor resolve(
      SecurityContext security, @Selector String id, String outcome, @Nullable String operator) {
    XtId xt = xt(id);
    boolean commit = commit(outcome);
    String name = name(security, operator);
    boolean doubtful = ask(machine -> machine.inDoubt().contains(xt));
    if (!doubtful) {
      throw bad("XT " + xt + " is not in doubt here, expected one that a read of this lists");
    }
    try {
      coordinator.submit(new SequencerInput.Resolved(xt, commit, name));
    } catch (CoordinatorStoppedException stopped) {
      throw new IllegalStateException("the sequencer is not running", stopped);
    }
    return ask(machine ->
        machine
            .outcome(xt)
            .map(known ->
                new ResolvedDescriptor(
                    xt.hex(),
                    known.committed() ? "committed" : "aborted",
                    known.operator().orElse("publisher")))
            .orElseThrow());
  }

  private <T> T ask(Function<ScpSequencer, T> question) {
    try {
      return coordinator.ask(question).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException("the sequencer does not answer", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static XtId xt(String text) {
    try {
      return XtId.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw bad("id is '" + text + "', expected 64 hex digits");
    }
  }

  private static boolean commit(String outcome) {
    return switch (outcome) {
      case "commit" -> true;
      case "abort" -> false;
      default -> throw bad("outcome is '" + outcome + "', expected commit or abort");
    };
  }

  private static String name(SecurityContext security, @Nullable String operator) {
    Principal principal = security.getPrincipal();
    String name = principal == null ? operator : principal.getName();
    if (name == null || !name.matches(NAMES)) {
      throw bad(
          "operator is missing or no name, expected 1 to 64 letters, digits, blanks or one of @._-");
    }
    return name;
  }

  private static InvalidEndpointRequestException bad(String sentence) {
    return new InvalidEndpointRequestException(sentence, sentence);
  }

  /**
   * The whole answer.
   *
   * @param inDoubt longest first
   */
  public record DoubtDescriptor(List<XtDescriptor> inDoubt) {}

  /**
   * One XT in doubt: voted yes here, so its accounts stay locked.
   *
   * @param id 64 hex digits
   * @param chains the participants, decimal: whoever ends it has to find out what they did
   * @param votedAt when this chain voted
   */
  public record XtDescriptor(String id, List<String> chains, @Nullable Instant votedAt) {

    static XtDescriptor of(OpenXt open) {
      return new XtDescriptor(
          open.xt().id().hex(),
          open.xt().chains().stream().map(Object::toString).toList(),
          open.votedAt().isEmpty() ? null : Instant.ofEpochSecond(0, open.votedAt().getAsLong()));
    }
  }

  /**
   * What became of it.
   *
   * @param id 64 hex digits
   * @param outcome committed or aborted
   * @param by the operator, or publisher when its decision came first
   */
  public record ResolvedDescriptor(String id, String outcome, String by) {}
}
