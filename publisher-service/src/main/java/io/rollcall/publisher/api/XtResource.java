package io.rollcall.publisher.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.proto.ChainId;
import io.rollcall.publisher.coordination.XtView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An XT as JSON. What is not known (yet) is left out.
 *
 * <pre>{@code
 * {"id": "64 hex digits", "state": "aborted", "reason": "chain 77777 voted no: no funds",
 *  "submitter": "optimism", "abortedBy": ["77777"],
 *  "chains": [{"chainId": "55555", "vote": "yes", "reason": "", "votedAfterMs": 1.2},
 *             {"chainId": "77777", "vote": "no", "reason": "no funds", "votedAfterMs": 2.3}],
 *  "queuedAt": "2026-01-01T00:00:00.000Z", "startedAt": "...", "decidedAt": "...",
 *  "phases": {"queuedMs": 0.4, "votingMs": 2.5}}
 * }</pre>
 *
 * @param id 64 hex digits
 * @param state {@code queued}, {@code voting}, {@code committed}, {@code aborted} or {@code
 *     expired}
 * @param reason why it was aborted or expired, else empty
 * @param submitter who sent it first: a configured identity, or a connection id
 * @param abortedBy the chains because of which it was aborted, decimal; empty for any other XT
 * @param chains the participants and their votes
 * @param queuedAt when it was taken up; left out, like all the rest but state and reason, when only
 *     the outcome is still kept
 * @param startedAt when it was announced; from then on votes count
 * @param decidedAt when it was decided
 * @param phases how long each phase took that is over
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record XtResource(
    String id,
    String state,
    String reason,
    String submitter,
    List<String> abortedBy,
    List<Chain> chains,
    @Nullable Instant queuedAt,
    @Nullable Instant startedAt,
    @Nullable Instant decidedAt,
    Phases phases) {

  /**
   * A participant.
   *
   * @param chainId decimal
   * @param vote {@code yes}, {@code no} or {@code none}
   * @param reason the chain's own words, often empty
   * @param votedAfterMs milliseconds from the announcement to its vote
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Chain(String chainId, String vote, String reason, @Nullable Double votedAfterMs) {}

  /**
   * Milliseconds that each phase took.
   *
   * @param queuedMs from being taken up to the announcement, or to the decision when there was none
   * @param votingMs from the announcement to the decision
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Phases(@Nullable Double queuedMs, @Nullable Double votingMs) {}

  private static final double NANOS_PER_MILLI = 1e6;

  static XtResource of(XtView xt) {
    return new XtResource(
        xt.id().hex(),
        xt.state().word(),
        xt.reason(),
        xt.submitter(),
        xt.abortedBy().stream().map(ChainId::toString).toList(),
        xt.chains().stream().map(XtResource::chain).toList(),
        instant(xt.queuedNanos()),
        instant(xt.announcedNanos()),
        instant(xt.decidedNanos()),
        phases(xt));
  }

  private static Chain chain(XtView.Participant participant) {
    return new Chain(
        participant.chain().toString(),
        participant.answer().name().toLowerCase(Locale.ROOT),
        participant.reason(),
        participant.latencyNanos().isEmpty()
            ? null
            : millis(participant.latencyNanos().getAsLong()));
  }

  private static Phases phases(XtView xt) {
    OptionalLong left = xt.announcedNanos().isPresent() ? xt.announcedNanos() : xt.decidedNanos();
    return new Phases(
        left.isEmpty() || xt.queuedNanos().isEmpty()
            ? null
            : millis(left.getAsLong() - xt.queuedNanos().getAsLong()),
        xt.announcedNanos().isEmpty() || xt.decidedNanos().isEmpty()
            ? null
            : millis(xt.decidedNanos().getAsLong() - xt.announcedNanos().getAsLong()));
  }

  private static Double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  private static @Nullable Instant instant(OptionalLong nanos) {
    return nanos.isEmpty() ? null : instant(nanos.getAsLong());
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
