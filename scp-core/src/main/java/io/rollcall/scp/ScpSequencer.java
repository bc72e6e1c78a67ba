package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.OpenXt.Phase;
import io.rollcall.scp.Timers.Timer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The sequencer's side of the two-phase commit: decides what to stage, how to vote, what to apply
 * and what to repeat, for one chain.
 *
 * <p>Its promises: it votes yes only on what is staged, once that vote is on disk, and never
 * changes a vote; what it voted yes on stays staged until the decision comes; it applies exactly
 * the committed XTs it voted yes on. A no is final by itself, since nothing can commit without this
 * chain: such an XT holds nothing, and ends as aborted even when its decision never comes.
 *
 * <p>Not thread-safe: it belongs to the coordinator thread, queries included. Equal inputs at equal
 * times give equal effects.
 */
public final class ScpSequencer {

  private static final int MAX_RECALLED = 1_024;

  private final SequencerRules rules;

  /** Started and not decided, in the order of their start. */
  private final LinkedHashMap<XtId, Open> open = new LinkedHashMap<>();

  private long openBytes;

  /** What the execution was asked to stage and has not answered; outlives the open XT. */
  private final LinkedHashSet<XtId> staging = new LinkedHashSet<>();

  /** By the XT they wait for: those that found their accounts held, in the order they came. */
  private final LinkedHashMap<XtId, LinkedHashSet<XtId>> waiting = new LinkedHashMap<>();

  /** Voted yes, but not yet known to be on disk. */
  private final List<Open> unsynced = new ArrayList<>();

  private final LinkedHashSet<XtId> inDoubt = new LinkedHashSet<>();

  /** Handed in here and without an outcome, in the order they came. */
  private final LinkedHashMap<XtId, Submission> submissions = new LinkedHashMap<>();

  private final LinkedHashSet<XtId> doubtfulSubmissions = new LinkedHashSet<>();
  private long submissionBytes;

  private final LinkedHashMap<XtId, Remembered> outcomes = new LinkedHashMap<>();

  /** Outcomes from the archive; its asker may have to ask again. */
  private final LinkedHashMap<XtId, SequencerOutcome> recalled = new LinkedHashMap<>();

  private long decisions;
  private long archived;

  private final Timers<Due> timers = new Timers<>();
  private boolean connected;
  private long now = Long.MIN_VALUE;

  /** What the current step returns. */
  private List<SequencerEffect> effects = new ArrayList<>();

  /** A machine that knows nothing yet and is not connected. */
  public ScpSequencer(SequencerRules rules) {
    this.rules = rules;
  }

  /**
   * Takes one input.
   *
   * @param input what happened
   * @param nowNanos when, in nanoseconds since the Unix epoch, of a clock that never runs
   *     backwards; an earlier time than the last one counts as that one
   * @return what to do now, in this order; often nothing
   */
  public List<SequencerEffect> step(SequencerInput input, long nowNanos) {
    now = Math.max(now, nowNanos);
    effects = new ArrayList<>();
    if (input instanceof SequencerInput.DecisionReceived decision) {
      // First what came, then what is overdue: a decision in hand leaves no doubt and needs no
      // vote.
      decided(decision);
      expire();
    } else {
      // First what is overdue: an answer that came too late must not turn into a yes.
      expire();
      take(input);
    }
    return Collections.unmodifiableList(effects);
  }

  private void take(SequencerInput input) {
    switch (input) {
      case SequencerInput.Connected() -> openConnection();
      case SequencerInput.Disconnected() -> closeConnection();
      case SequencerInput.Submitted(CrossChainTransaction xt) -> submitted(xt);
      case SequencerInput.StartReceived(CrossChainTransaction xt) -> started(xt);
      case SequencerInput.DecisionReceived decision -> decided(decision);
      case SequencerInput.Staged(XtId id, StageResult result) -> staged(id, result);
      case SequencerInput.Replayed(SequencerRecord record) -> replayed(record);
      case SequencerInput.Recovered(long last) -> recovered(last);
      case SequencerInput.Archived(long number) -> {
        archived = Math.max(archived, number);
        forget();
      }
      case SequencerInput.Recalled(SequencerOutcome outcome) -> recall(outcome);
      case SequencerInput.Resolved(XtId id, boolean commit, String operator) ->
          resolved(id, commit, operator);
      case SequencerInput.Synced() -> synced();
      case SequencerInput.Tick() -> {}
    }
  }

  /** When the next {@link SequencerInput.Tick} is due; empty when nothing waits for time. */
  public OptionalLong nextDeadlineNanos() {
    return timers.next();
  }

  // ---- what earlier processes left

  private void replayed(SequencerRecord record) {
    switch (record) {
      case SequencerRecord.Submitted(CrossChainTransaction xt, long atNanos) -> {
        submissions.put(xt.id(), new Submission(xt, atNanos));
        submissionBytes += xt.encoded().size();
      }
      case SequencerRecord.SubmissionRefused(XtId id, _, _) -> {
        var _ = removeSubmission(id);
      }
      case SequencerRecord.Voted voted -> {
        Open xt = new Open(voted.xt(), voted.startedNanos());
        xt.phase = voted.yes() ? Phase.VOTED_YES : Phase.VOTED_NO;
        xt.reason = voted.reason();
        xt.votedAt = OptionalLong.of(voted.atNanos());
        xt.synced = true;
        // Nobody knows whether it was: whoever commits it may do so because of it.
        xt.sent = true;
        open.put(xt.id(), xt);
        openBytes += xt.xt.encoded().size();
      }
      case SequencerRecord.Decided decided -> {
        XtId id = decided.outcome().id();
        decisions = decided.number();
        Open xt = open.remove(id);
        if (xt != null) {
          openBytes -= xt.xt.encoded().size();
        }
        var _ = removeSubmission(id);
        remember(decided.number(), decided.outcome());
      }
    }
  }

  private void recovered(long last) {
    decisions = Math.max(decisions, last);
    for (Submission submission : submissions.values()) {
      submit(submission);
      observe(
          new SequencerFact.Restored(
              submission.xt, new SequencerRecord.Submitted(submission.xt, submission.submittedAt)));
    }
    for (Open xt : open.values()) {
      observe(
          new SequencerFact.Restored(
              xt.xt,
              new SequencerRecord.Voted(
                  xt.xt,
                  xt.phase == Phase.VOTED_YES,
                  xt.reason,
                  xt.startedAt,
                  xt.votedAt.orElse(now))));
    }
  }

  // ---- outcomes

  private record Remembered(long number, SequencerOutcome outcome) {}

  private @Nullable SequencerOutcome remembered(XtId id) {
    Remembered outcome = outcomes.get(id);
    return outcome == null ? recalled.get(id) : outcome.outcome();
  }

  private void remember(long number, SequencerOutcome outcome) {
    outcomes.put(outcome.id(), new Remembered(number, outcome));
    forget();
  }

  /** Beyond the bound the oldest go, as far as they are archived. */
  private void forget() {
    while (outcomes.size() > rules.rememberedOutcomes()
        && outcomes.firstEntry().getValue().number() <= archived) {
      outcomes.pollFirstEntry();
    }
  }

  private void recall(SequencerOutcome outcome) {
    recalled.put(outcome.id(), outcome);
    if (recalled.size() > MAX_RECALLED) {
      recalled.pollFirstEntry();
    }
  }

  // ---- the connection

  private void openConnection() {
    connected = true;
    for (Open xt : open.values()) {
      if (xt.phase == Phase.VOTED_NO || (xt.phase == Phase.VOTED_YES && xt.synced)) {
        cancelTimer(xt);
        sendVote(xt);
      }
    }
    for (Submission submission : submissions.values()) {
      if (!submission.inDoubt) {
        effects.add(new SequencerEffect.SendSubmission(submission.xt));
      }
    }
  }

  private void closeConnection() {
    connected = false;
    // A decision can only be overdue on a connection; the next one gets the whole time again.
    for (Open xt : open.values()) {
      if (xt.phase == Phase.VOTED_NO || xt.phase == Phase.VOTED_YES) {
        cancelTimer(xt);
      }
    }
  }

  // ---- own submissions

  private void submitted(CrossChainTransaction xt) {
    XtId id = xt.id();
    SequencerOutcome outcome = remembered(id);
    Submission known = submissions.get(id);
    if (outcome != null) {
      observe(new SequencerFact.SubmissionAnswered(outcome));
    } else if (known != null) {
      if (known.inDoubt) {
        // Its user asks again, so it is worth asking the publisher again.
        known.inDoubt = false;
        doubtfulSubmissions.remove(id);
        submit(known);
      }
      observe(new SequencerFact.SubmissionJoined(id));
    } else if (open.containsKey(id)) {
      observe(new SequencerFact.SubmissionJoined(id));
    } else if (!makeRoomFor(xt)) {
      observe(
          new SequencerFact.SubmissionRefused(
              id, false, "too many submissions wait for their outcome: " + submissions.size()));
    } else {
      Submission submission = new Submission(xt, now);
      submissions.put(id, submission);
      submissionBytes += xt.encoded().size();
      append(new SequencerRecord.Submitted(xt, now));
      submit(submission);
      observe(new SequencerFact.SubmissionAccepted(xt, now));
    }
  }

  private void submit(Submission submission) {
    submission.timer =
        timers.set(
            now + rules.submissionRepeat().toNanos(),
            new Due(Due.What.SUBMISSION, submission.xt.id()));
    if (connected) {
      effects.add(new SequencerEffect.SendSubmission(submission.xt));
    }
  }

  /** Forgets the oldest in doubt when that helps: they are not repeated, and waiting costs room. */
  private boolean makeRoomFor(CrossChainTransaction xt) {
    while (submissions.size() >= rules.maxSubmissions()
        || submissionBytes + xt.encoded().size() > rules.maxSubmissionBytes()) {
      if (doubtfulSubmissions.isEmpty()) {
        return false;
      }
      removeSubmission(doubtfulSubmissions.getFirst());
    }
    return true;
  }

  private @Nullable Submission removeSubmission(XtId id) {
    Submission submission = submissions.remove(id);
    if (submission != null) {
      doubtfulSubmissions.remove(id);
      submissionBytes -= submission.xt.encoded().size();
      timers.cancel(submission.timer);
    }
    return submission;
  }

  // ---- start and vote

  private void started(CrossChainTransaction xt) {
    XtId id = xt.id();
    SequencerOutcome outcome = remembered(id);
    Open known = open.get(id);
    if (!xt.chains().contains(rules.chainId())) {
      ignored(id, "started without chain " + rules.chainId());
    } else if (known != null && known.phase != Phase.VOTED_YES && known.phase != Phase.VOTED_NO) {
      ignored(id, "started again before the vote");
    } else if (known != null) {
      if (known.phase == Phase.VOTED_NO || known.synced) {
        sendVote(known);
      }
    } else if (outcome != null) {
      if (connected) {
        sendNo(id, alreadyDecided(outcome), outcome.votedAt().isPresent());
      }
    } else {
      String refusal = refusal(xt);
      Open fresh = new Open(xt, now);
      observe(new SequencerFact.Started(xt, now));
      if (refusal.isEmpty()) {
        open.put(id, fresh);
        openBytes += xt.encoded().size();
        fresh.timer =
            timers.set(now + rules.voteDeadline().toNanos(), new Due(Due.What.VOTE_DEADLINE, id));
        stage(fresh);
      } else {
        // No room to follow it, and no need: the no is final, and is given again when asked again.
        voteNo(fresh, refusal);
        finish(id, fresh, false, false, refusal);
      }
    }
  }

  /** Why one more XT cannot be opened; empty when it can. */
  private String refusal(CrossChainTransaction xt) {
    if (open.size() >= rules.maxOpenXts() || staging.size() >= rules.maxOpenXts()) {
      return "chain " + rules.chainId() + " has " + open.size() + " open XTs already";
    }
    if (openBytes + xt.encoded().size() > rules.maxOpenBytes()) {
      return "chain " + rules.chainId() + " has " + openBytes + " bytes of open XTs already";
    }
    if (staging.contains(xt.id())) {
      return "chain " + rules.chainId() + " has not finished staging it the time before";
    }
    return "";
  }

  private static String alreadyDecided(SequencerOutcome outcome) {
    if (outcome.committed()) {
      return "already committed";
    }
    return Reasons.fit(
        outcome.reason().isEmpty() ? "already aborted" : "already aborted: " + outcome.reason());
  }

  private void stage(Open xt) {
    xt.phase = Phase.STAGING;
    xt.reason = "";
    staging.add(xt.id());
    effects.add(new SequencerEffect.Stage(xt.xt));
  }

  private void staged(XtId id, StageResult result) {
    if (!staging.remove(id)) {
      ignored(id, "staged without being asked to");
      return;
    }
    Open xt = open.get(id);
    if (xt == null || xt.phase != Phase.STAGING) {
      if (result instanceof StageResult.Ready) {
        effects.add(new SequencerEffect.Discard(id));
      }
      ignored(id, "staged too late");
    } else {
      switch (result) {
        case StageResult.Ready() -> voteYes(xt);
        case StageResult.Refused(String reason) -> voteNo(xt, Reasons.fit(reason));
        case StageResult.Busy(XtId holder) -> await(xt, holder);
      }
    }
    if (!holds(id)) {
      wake(id);
    }
  }

  private void await(Open xt, XtId holder) {
    if (holds(holder) && !holder.equals(xt.id())) {
      xt.phase = Phase.WAITING;
      xt.reason = "waits for XT " + holder;
      xt.holder = holder;
      waiting.computeIfAbsent(holder, any -> new LinkedHashSet<>()).add(xt.id());
    } else if (!holder.equals(xt.retriedFor)) {
      // The holder went while the answer was on its way. Once is enough: a second answer of this
      // kind names an XT that will never be decided here.
      xt.retriedFor = holder;
      stage(xt);
    } else {
      voteNo(xt, "its accounts are held by XT " + holder + ", which is not open");
    }
  }

  /** Whether the execution may hold accounts for it. */
  private boolean holds(XtId id) {
    Open xt = open.get(id);
    return staging.contains(id) || (xt != null && xt.phase == Phase.VOTED_YES);
  }

  /** Stages again what waited for an XT that holds nothing any more. */
  private void wake(XtId holder) {
    LinkedHashSet<XtId> waiters = waiting.remove(holder);
    if (waiters != null) {
      for (XtId id : waiters) {
        Open xt = open.get(id);
        if (xt != null) {
          xt.holder = null;
          stage(xt);
        }
      }
    }
  }

  private void leaveWaiting(Open xt) {
    XtId holder = xt.holder;
    if (holder != null) {
      xt.holder = null;
      LinkedHashSet<XtId> waiters = waiting.get(holder);
      if (waiters != null && waiters.remove(xt.id()) && waiters.isEmpty()) {
        waiting.remove(holder);
      }
    }
  }

  private void voteYes(Open xt) {
    cancelTimer(xt);
    xt.phase = Phase.VOTED_YES;
    xt.votedAt = OptionalLong.of(now);
    append(new SequencerRecord.Voted(xt.xt, true, "", xt.startedAt, now));
    unsynced.add(xt);
  }

  private void synced() {
    for (Open xt : unsynced) {
      if (open.get(xt.id()) == xt) {
        xt.synced = true;
        sendVote(xt);
      }
    }
    unsynced.clear();
  }

  private void voteNo(Open xt, String reason) {
    cancelTimer(xt);
    leaveWaiting(xt);
    xt.phase = Phase.VOTED_NO;
    xt.reason = reason;
    xt.votedAt = OptionalLong.of(now);
    append(new SequencerRecord.Voted(xt.xt, false, reason, xt.startedAt, now));
    sendVote(xt);
  }

  /** Sends the vote that stands, and starts to wait for the decision if nobody does yet. */
  private void sendVote(Open xt) {
    if (!connected) {
      return;
    }
    if (xt.phase == Phase.VOTED_YES) {
      effects.add(new SequencerEffect.SendVote(xt.id(), true, ""));
      observe(new SequencerFact.VoteSent(xt.id(), true, "", xt.sent));
    } else {
      sendNo(xt.id(), xt.reason, xt.sent);
    }
    xt.sent = true;
    if (xt.timer == null && !xt.inDoubt) {
      xt.timer =
          timers.set(now + rules.inDoubtAfter().toNanos(), new Due(Due.What.DECISION, xt.id()));
    }
  }

  private void sendNo(XtId id, String reason, boolean repeated) {
    effects.add(new SequencerEffect.SendVote(id, false, reason));
    observe(new SequencerFact.VoteSent(id, false, reason, repeated));
  }

  // ---- decision

  private void decided(SequencerInput.DecisionReceived decision) {
    XtId id = decision.id();
    String reason = Reasons.fit(decision.reason());
    if (decision.refused()) {
      refused(id, reason);
      return;
    }
    Open xt = open.get(id);
    Submission submission = submissions.get(id);
    SequencerOutcome outcome = remembered(id);
    if (outcome != null) {
      decidedAgain(outcome, decision.commit());
    } else if (xt != null) {
      boolean apply = decision.commit() && xt.phase == Phase.VOTED_YES && xt.sent;
      if (decision.commit() && !apply) {
        observe(new SequencerFact.CommitWithoutVote(id));
      }
      finish(id, xt, decision.commit(), apply, reason.isEmpty() ? xt.noReason() : reason);
    } else if (submission != null) {
      if (decision.commit() && submission.xt.chains().contains(rules.chainId())) {
        observe(new SequencerFact.CommitWithoutVote(id));
      }
      finish(id, null, decision.commit(), false, reason);
    } else {
      ignored(id, "decided, but not known here");
    }
  }

  private void refused(XtId id, String reason) {
    if (removeSubmission(id) == null) {
      ignored(id, "refused, but not submitted here");
    } else {
      append(new SequencerRecord.SubmissionRefused(id, reason, now));
      observe(new SequencerFact.SubmissionRefused(id, true, reason));
    }
  }

  private void decidedAgain(SequencerOutcome outcome, boolean commit) {
    if (commit != outcome.committed() && outcome.operator().isPresent()) {
      observe(new SequencerFact.DecidedOtherwise(outcome.id(), outcome.committed()));
    } else if (commit && !outcome.committed() && outcome.startedAt().isPresent()) {
      observe(new SequencerFact.CommitWithoutVote(outcome.id()));
    } else if (commit != outcome.committed()) {
      ignored(outcome.id(), "decided otherwise before");
    } else {
      ignored(outcome.id(), "decided already");
    }
  }

  private void resolved(XtId id, boolean commit, String operator) {
    Open xt = open.get(id);
    if (xt == null) {
      ignored(id, remembered(id) == null ? "not known here" : "it has its outcome already");
    } else if (!xt.inDoubt) {
      ignored(id, "it is not in doubt: its decision is still awaited");
    } else {
      observe(new SequencerFact.Resolved(id, commit, operator));
      finish(id, xt, commit, commit, Reasons.fit("resolved by " + operator), Optional.of(operator));
    }
  }

  private void finish(XtId id, @Nullable Open xt, boolean committed, boolean applied, String why) {
    finish(id, xt, committed, applied, why, Optional.empty());
  }

  /** Gives an XT its outcome, in every place that knows it. */
  private void finish(
      XtId id,
      @Nullable Open xt,
      boolean committed,
      boolean applied,
      String why,
      Optional<String> operator) {
    Submission submission = removeSubmission(id);
    SequencerOutcome outcome =
        new SequencerOutcome(
            id,
            committed,
            applied,
            committed ? "" : why,
            operator,
            submission == null ? OptionalLong.empty() : OptionalLong.of(submission.submittedAt),
            xt == null ? OptionalLong.empty() : OptionalLong.of(xt.startedAt),
            xt == null ? OptionalLong.empty() : xt.votedAt,
            now);
    append(
        new SequencerRecord.Decided(
            ++decisions,
            outcome,
            chains(xt, submission),
            xt == null ? Optional.empty() : xt.vote(rules.chainId())));
    if (xt != null) {
      close(xt, applied);
    }
    remember(decisions, outcome);
    observe(new SequencerFact.Finished(decisions, outcome));
    if (!holds(id)) {
      wake(id);
    }
  }

  private static List<ChainId> chains(@Nullable Open xt, @Nullable Submission submission) {
    if (xt != null) {
      return xt.xt.chains();
    }
    return submission == null ? List.of() : submission.xt.chains();
  }

  private void close(Open xt, boolean applied) {
    if (open.remove(xt.id(), xt)) {
      openBytes -= xt.xt.encoded().size();
    }
    inDoubt.remove(xt.id());
    cancelTimer(xt);
    leaveWaiting(xt);
    if (applied) {
      effects.add(new SequencerEffect.Apply(xt.id()));
    } else if (xt.phase == Phase.VOTED_YES) {
      effects.add(new SequencerEffect.Discard(xt.id()));
    }
  }

  // ---- time

  private void expire() {
    for (Due due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
      switch (due.what) {
        case VOTE_DEADLINE -> voteOverdue(due.id);
        case DECISION -> decisionOverdue(due.id);
        case SUBMISSION -> submissionOverdue(due.id);
      }
    }
  }

  private void voteOverdue(XtId id) {
    Open xt = open.get(id);
    if (xt != null) {
      String limit = "no vote within " + Reasons.text(rules.voteDeadline());
      voteNo(xt, xt.reason.isEmpty() ? limit + ": staging is slow" : limit + ": " + xt.reason);
    }
  }

  private void decisionOverdue(XtId id) {
    Open xt = open.get(id);
    if (xt == null) {
      return;
    }
    xt.timer = null;
    if (xt.phase == Phase.VOTED_YES) {
      xt.inDoubt = true;
      inDoubt.add(id);
      observe(new SequencerFact.XtInDoubt(id));
    } else {
      finish(id, xt, false, false, xt.reason);
    }
  }

  private void submissionOverdue(XtId id) {
    Submission submission = submissions.get(id);
    if (submission != null) {
      submission.timer = null;
      submission.inDoubt = true;
      doubtfulSubmissions.add(id);
      observe(new SequencerFact.SubmissionInDoubt(id));
    }
  }

  private void cancelTimer(Open xt) {
    timers.cancel(xt.timer);
    xt.timer = null;
  }

  // ---- effects

  private void append(SequencerRecord record) {
    effects.add(new SequencerEffect.Append(record));
  }

  private void observe(SequencerFact fact) {
    effects.add(new SequencerEffect.Observed(fact));
  }

  private void ignored(XtId id, String why) {
    observe(new SequencerFact.Ignored(id, why));
  }

  // ---- queries

  /** XTs that are started and undecided, oldest first, so many at most. */
  public List<OpenXt> openXts(int limit) {
    return open.values().stream().limit(limit).map(Open::view).toList();
  }

  /** An XT that is started and not decided, as it stands now. */
  public Optional<OpenXt> openXt(XtId id) {
    return Optional.ofNullable(open.get(id)).map(Open::view);
  }

  /** How many XTs are started and not decided. */
  public int openCount() {
    return open.size();
  }

  /** The voted XTs whose decision is overdue, longest first: what health names. */
  public List<XtId> inDoubt() {
    return List.copyOf(inDoubt);
  }

  /** An own submission without an outcome, as it stands now. */
  public Optional<PendingSubmission> submission(XtId id) {
    return Optional.ofNullable(submissions.get(id)).map(Submission::view);
  }

  /** How many own submissions have no outcome. */
  public int submissionCount() {
    return submissions.size();
  }

  /** The outcome of an XT, while it is remembered. */
  public Optional<SequencerOutcome> outcome(XtId id) {
    return Optional.ofNullable(remembered(id));
  }

  /** Whether this XT is open or submitted here, or has an outcome that is remembered here. */
  public boolean knows(XtId id) {
    return open.containsKey(id) || submissions.containsKey(id) || remembered(id) != null;
  }

  /** The number of the last outcome; 0 when there was none. */
  public long decisions() {
    return decisions;
  }

  // ---- state

  private record Due(What what, XtId id) {
    enum What {
      VOTE_DEADLINE,
      DECISION,
      SUBMISSION
    }
  }

  private static final class Open {
    private final CrossChainTransaction xt;
    private final long startedAt;
    private Phase phase = Phase.STAGING;
    private String reason = "";
    private OptionalLong votedAt = OptionalLong.empty();

    /** Whether the yes is known to be on disk. */
    private boolean synced;

    /** Whether the vote was handed out for sending at least once. */
    private boolean sent;

    private boolean inDoubt;

    /** What it waits for. */
    private @Nullable XtId holder;

    /** The holder for which it was staged again at once, because it was gone already. */
    private @Nullable XtId retriedFor;

    /** Until the vote its deadline, afterwards the end of patience with the publisher. */
    private @Nullable Timer<Due> timer;

    Open(CrossChainTransaction xt, long startedAt) {
      this.xt = xt;
      this.startedAt = startedAt;
    }

    XtId id() {
      return xt.id();
    }

    String noReason() {
      return phase == Phase.VOTED_NO ? reason : "";
    }

    /** What it voted; empty before the vote. */
    Optional<ChainVote> vote(ChainId own) {
      if (votedAt.isEmpty()) {
        return Optional.empty();
      }
      boolean yes = phase == Phase.VOTED_YES;
      return Optional.of(
          new ChainVote(
              own,
              yes ? ChainVote.Answer.YES : ChainVote.Answer.NO,
              yes ? "" : reason,
              OptionalLong.of(votedAt.getAsLong() - startedAt)));
    }

    OpenXt view() {
      return new OpenXt(xt, phase, reason, startedAt, votedAt, inDoubt);
    }
  }

  private static final class Submission {
    private final CrossChainTransaction xt;
    private final long submittedAt;
    private boolean inDoubt;
    private @Nullable Timer<Due> timer;

    Submission(CrossChainTransaction xt, long submittedAt) {
      this.xt = xt;
      this.submittedAt = submittedAt;
    }

    PendingSubmission view() {
      return new PendingSubmission(xt, submittedAt, inDoubt);
    }
  }
}
