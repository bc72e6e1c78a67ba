package io.rollcall.sequencer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.sequencer.coordination.XtView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An XT as JSON, the same at both doors and with the publisher's names. What is not known is left
 * out.
 *
 * @param id 64 hex digits
 * @param state queued, voting, committed, aborted, expired, refused or in doubt
 * @param reason why it did not commit, or what is wrong
 * @param applied whether it took effect on this chain
 * @param chains the participants and their votes
 * @param queuedAt when it was submitted here
 * @param startedAt when it was announced to this chain
 * @param votedAt when this chain voted
 * @param decidedAt when its end came
 * @param phases how long each took
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record XtDocument(
    String id,
    String state,
    @Nullable String reason,
    boolean applied,
    List<Chain> chains,
    @Nullable Instant queuedAt,
    @Nullable Instant startedAt,
    @Nullable Instant votedAt,
    @Nullable Instant decidedAt,
    Phases phases) {

  private static final double NANOS_PER_MILLI = 1e6;

  /** Writes what is known. */
  public static XtDocument of(XtView xt) {
    return new XtDocument(
        xt.id().hex(),
        xt.state().word(),
        xt.reason(),
        xt.applied(),
        xt.chains().stream().map(Chain::of).toList(),
        instant(xt.submittedNanos()),
        instant(xt.startedNanos()),
        instant(xt.votedNanos()),
        instant(xt.endedNanos()),
        new Phases(
            millis(xt.submittedNanos(), xt.startedNanos()),
            millis(xt.startedNanos(), xt.votedNanos()),
            millis(xt.votedNanos(), xt.endedNanos())));
  }

  private static @Nullable Instant instant(OptionalLong nanos) {
    return nanos.isEmpty() ? null : Instant.ofEpochSecond(0, nanos.getAsLong());
  }

  private static @Nullable Double millis(OptionalLong from, OptionalLong to) {
    return from.isEmpty() || to.isEmpty()
        ? null
        : (to.getAsLong() - from.getAsLong()) / NANOS_PER_MILLI;
  }

  /**
   * One participant.
   *
   * @param chainId decimal
   * @param vote yes, no, none (not yet) or unknown (another chain's, which the publisher knows)
   * @param reason its own words
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Chain(String chainId, String vote, @Nullable String reason) {

    static Chain of(XtView.Participant participant) {
      return new Chain(
          participant.chain().toString(),
          participant.vote().name().toLowerCase(Locale.ROOT),
          participant.reason());
    }
  }

  /**
   * How long the phases took, in milliseconds.
   *
   * @param queuedMs from the submission here to the announcement
   * @param stagingMs from the announcement to this chain's vote
   * @param votingMs from this chain's vote to the decision
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Phases(
      @Nullable Double queuedMs, @Nullable Double stagingMs, @Nullable Double votingMs) {}
}
