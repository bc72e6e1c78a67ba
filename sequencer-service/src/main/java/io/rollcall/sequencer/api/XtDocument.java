package io.rollcall.sequencer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.sequencer.coordination.XtView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An XT as JSON, the same at both doors. What is not known is left out.
 *
 * @param id 64 hex digits
 * @param state queued, voting, committed, aborted, expired, refused or in doubt
 * @param reason why it did not commit, or what is wrong
 * @param applied whether it took effect on this chain
 * @param chains the participants and their votes
 * @param times of the phases, by this sequencer's clock
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record XtDocument(
    String id,
    String state,
    @Nullable String reason,
    boolean applied,
    List<Chain> chains,
    Times times) {

  /** Writes what is known. */
  public static XtDocument of(XtView xt) {
    return new XtDocument(
        xt.id().hex(),
        xt.state().word(),
        xt.reason(),
        xt.applied(),
        xt.chains().stream().map(Chain::of).toList(),
        new Times(
            instant(xt.submittedNanos()),
            instant(xt.startedNanos()),
            instant(xt.votedNanos()),
            instant(xt.endedNanos())));
  }

  private static @Nullable Instant instant(OptionalLong nanos) {
    return nanos.isEmpty() ? null : Instant.ofEpochSecond(0, nanos.getAsLong());
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
   * When what happened.
   *
   * @param submitted handed in here
   * @param started announced to this chain
   * @param voted this chain's vote
   * @param ended its end
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Times(
      @Nullable Instant submitted,
      @Nullable Instant started,
      @Nullable Instant voted,
      @Nullable Instant ended) {}
}
