package io.rollcall.sequencer.coordination;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerOutcome;
import java.util.List;
import java.util.OptionalLong;

/** One XT in the projection, packed. Guarded by the projection's lock. */
final class XtRow {

  private static final long NEVER = Long.MIN_VALUE;
  private static final int ROW_BYTES = 256;
  private static final int PARTICIPANT_BYTES = 96;

  final XtId id;
  private final List<ChainId> chains;
  private long submitted = NEVER;
  private long started = NEVER;
  private long voted = NEVER;
  private long ended = NEVER;
  private XtView.Vote ownVote = XtView.Vote.NONE;
  private String ownReason = "";
  private String reason = "";
  private boolean applied;
  private long number;
  private int charged;
  private XtState state = XtState.QUEUED;

  XtRow(XtId id, List<ChainId> chains) {
    this.id = id;
    this.chains = chains;
  }

  XtState state() {
    return state;
  }

  boolean wasStarted() {
    return started != NEVER;
  }

  long endedNanos() {
    return ended;
  }

  void submitted(long atNanos) {
    submitted = atNanos;
  }

  void started(long atNanos) {
    started = atNanos;
    state = XtState.VOTING;
  }

  void voted(boolean yes, String why, long atNanos) {
    if (ownVote == XtView.Vote.NONE) {
      ownVote = yes ? XtView.Vote.YES : XtView.Vote.NO;
      ownReason = why;
      voted = atNanos;
    }
  }

  void inDoubt(String why) {
    state = XtState.IN_DOUBT;
    reason = why;
  }

  /** It is asked for again. */
  void noLongerInDoubt() {
    state = wasStarted() ? XtState.VOTING : XtState.QUEUED;
    reason = "";
  }

  void refused(String why, long atNanos) {
    state = XtState.REFUSED;
    reason = why;
    ended = atNanos;
  }

  void finished(SequencerOutcome outcome, ChainId ownChain) {
    boolean takesPart = chains.contains(ownChain);
    reason = outcome.reason();
    applied = outcome.applied();
    ended = outcome.decidedAt();
    if (outcome.committed()) {
      state = XtState.COMMITTED;
      if (takesPart && !applied) {
        committedWithoutOwnVote();
      }
    } else {
      // Whoever takes part hears of every start, unless it was away all the time.
      state = takesPart && !wasStarted() ? XtState.EXPIRED : XtState.ABORTED;
    }
  }

  void committedWithoutOwnVote() {
    reason = "committed although this chain did not vote yes; not applied here";
  }

  /** The number of its outcome; 0 where it has none, as a refused one. */
  long number() {
    return number;
  }

  void numbered(long outcomeNumber) {
    number = outcomeNumber;
  }

  /** Notes what it takes, roughly, if it shares its list of chains with nobody. */
  int charge() {
    charged = ROW_BYTES + chains.size() * PARTICIPANT_BYTES + reason.length() + ownReason.length();
    return charged;
  }

  /** What was noted last. */
  int charged() {
    return charged;
  }

  XtView view(ChainId ownChain) {
    return new XtView(
        id,
        state,
        chains.stream().map(chain -> participant(chain, ownChain)).toList(),
        reason,
        applied,
        time(submitted),
        time(started),
        time(voted),
        time(ended));
  }

  private XtView.Participant participant(ChainId chain, ChainId ownChain) {
    if (chain.equals(ownChain)) {
      return new XtView.Participant(chain, ownVote, ownReason);
    }
    // Nothing commits without every yes.
    return new XtView.Participant(
        chain, state == XtState.COMMITTED ? XtView.Vote.YES : XtView.Vote.UNKNOWN, "");
  }

  private static OptionalLong time(long nanos) {
    return nanos == NEVER ? OptionalLong.empty() : OptionalLong.of(nanos);
  }
}
