package io.rollcall.publisher.coordination;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ChainVote;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One XT in the projection, packed: with two chains about 300 bytes with its id and its place in
 * the index. Guarded by the projection's lock.
 */
final class XtRow {

  private static final long NEVER = Long.MIN_VALUE;
  private static final int ROW_BYTES = 256;
  private static final int PARTICIPANT_BYTES = 96;
  private static final int WORDS_BYTES = 48;

  final long arrival;
  final XtId id;
  final List<ChainId> chains;
  private final String submitter;
  private final long queuedNanos;
  private long number;
  private long announcedNanos = NEVER;
  private long decidedNanos = NEVER;
  private String reason = "";
  XtState state = XtState.QUEUED;

  /** For each chain the latency of its vote in nanoseconds; negative without a vote. */
  private final long[] latencies;

  private final ChainVote.Answer[] answers;

  /** For each chain its words; null while no chain said anything, which is the rule. */
  private String @Nullable [] reasons;

  XtRow(long arrival, XtId id, List<ChainId> chains, String submitter, long queuedNanos) {
    this.arrival = arrival;
    this.id = id;
    this.chains = chains;
    this.submitter = submitter;
    this.queuedNanos = queuedNanos;
    this.latencies = new long[chains.size()];
    this.answers = new ChainVote.Answer[chains.size()];
    for (int i = 0; i < latencies.length; i++) {
      latencies[i] = -1;
      answers[i] = ChainVote.Answer.NONE;
    }
  }

  void announced(long atNanos) {
    announcedNanos = atNanos;
    state = XtState.VOTING;
  }

  void voted(ChainId chain, boolean yes, String words, long latencyNanos) {
    int index = chains.indexOf(chain);
    if (index >= 0) {
      latencies[index] = latencyNanos;
      answer(index, yes ? ChainVote.Answer.YES : ChainVote.Answer.NO, words);
    }
  }

  void decided(long order, XtState outcome, String why, List<ChainVote> votes, long atNanos) {
    number = order;
    state = outcome;
    reason = why;
    decidedNanos = atNanos;
    for (ChainVote vote : votes) {
      int index = chains.indexOf(vote.chain());
      if (index >= 0) {
        answer(index, vote.answer(), vote.reason());
      }
    }
  }

  /** The number of its decision. */
  long number() {
    return number;
  }

  long decidedNanos() {
    return decidedNanos;
  }

  private void answer(int index, ChainVote.Answer answer, String words) {
    answers[index] = answer;
    if (!words.isEmpty()) {
      if (reasons == null) {
        reasons = new String[answers.length];
      }
      reasons[index] = words;
    }
  }

  /** What it takes, roughly, if it shares its list of chains with nobody. */
  int bytes() {
    int bytes = ROW_BYTES + answers.length * PARTICIPANT_BYTES + reason.length();
    if (reasons != null) {
      for (String words : reasons) {
        bytes += words == null ? 0 : WORDS_BYTES + words.length();
      }
    }
    return bytes;
  }

  XtView view() {
    List<XtView.Participant> participants = new ArrayList<>(answers.length);
    for (int i = 0; i < answers.length; i++) {
      participants.add(
          new XtView.Participant(
              chains.get(i),
              answers[i],
              words(i),
              latencies[i] < 0 ? OptionalLong.empty() : OptionalLong.of(latencies[i])));
    }
    return new XtView(
        state.isFinal() ? new XtCursor(false, number) : new XtCursor(true, arrival),
        id,
        state,
        submitter,
        participants,
        reason,
        OptionalLong.of(queuedNanos),
        time(announcedNanos),
        time(decidedNanos));
  }

  private String words(int index) {
    String words = reasons == null ? null : reasons[index];
    return words == null ? "" : words;
  }

  private static OptionalLong time(long nanos) {
    return nanos == NEVER ? OptionalLong.empty() : OptionalLong.of(nanos);
  }
}
