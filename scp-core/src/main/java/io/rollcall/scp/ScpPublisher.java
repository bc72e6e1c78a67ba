package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.PublisherConnections.Connection;
import io.rollcall.scp.PublisherFact.VoteIgnored.Cause;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The publisher's side of the two-phase commit: queues XTs, starts them as chains become free,
 * counts votes and decides each XT exactly once. A pure state machine: no I/O, no threads, no
 * clock, no randomness, so the same inputs at the same times give the same effects. Not
 * thread-safe: one thread steps and reads it.
 */
public final class ScpPublisher {

  private PublisherRules rules;
  private final PublisherConnections connections;
  private final PublisherChains chains;
  private final PublisherQueue queue;
  private final PublisherOutcomes outcomes;

  /** Started and undecided XTs in the order of their start, which is that of their deadlines. */
  private final LinkedHashMap<XtId, PublisherXt> open = new LinkedHashMap<>();

  private final List<PublisherXt> unannounced = new ArrayList<>();
  private long openBytes;

  /** Started and undecided according to the log, with their order; empty once recovered. */
  private final LinkedHashMap<XtId, Replayed> replayed = new LinkedHashMap<>();

  /** Chains at which the first in line may have changed, or a place has become free. */
  private final Set<PublisherChain> touched = new LinkedHashSet<>();

  private List<PublisherEffect> effects = new ArrayList<>();
  private long now = Long.MIN_VALUE;
  private long arrivals;
  private long starts;
  private long decisions;

  private record Replayed(LogRecord.Started start, long order) {}

  /** A machine that knows nobody and nothing. */
  public ScpPublisher(PublisherRules rules) {
    this.rules = rules;
    this.connections = new PublisherConnections(rules.boundChains().keySet());
    this.chains = new PublisherChains(rules.boundChains().keySet());
    this.queue = new PublisherQueue(rules.queue());
    this.outcomes = new PublisherOutcomes(rules);
  }

  /**
   * Takes one input.
   *
   * @param nowNanos nanoseconds since the Unix epoch, of a clock that never runs backwards; an
   *     earlier time than the last one counts as that one
   * @return what to do about it, in order; often nothing
   */
  public List<PublisherEffect> step(PublisherInput input, long nowNanos) {
    now = Math.max(now, nowNanos);
    switch (input) {
      case PublisherInput.Opened opened -> opened(opened.peer());
      case PublisherInput.Closed closed -> closed(closed.connectionId());
      case PublisherInput.Submitted submitted -> submitted(submitted);
      case PublisherInput.Malformed malformed -> malformed(malformed);
      case PublisherInput.Voted voted -> voted(voted);
      case PublisherInput.Bound bound -> bound(bound.identities());
      case PublisherInput.Replayed(LogRecord entry) -> replayed(entry);
      case PublisherInput.Recovered(long last) -> recovered(last);
      case PublisherInput.Archived(long number) -> outcomes.archived(number);
      case PublisherInput.Recalled(XtId id, boolean commit, String reason) ->
          outcomes.recall(new PublisherMessage.Decision(id, commit, reason, false));
      case PublisherInput.Synced synced -> synced();
      case PublisherInput.Tick tick -> tick();
    }
    startWhatMay();
    List<PublisherEffect> result = Collections.unmodifiableList(effects);
    effects = new ArrayList<>();
    return result;
  }

  /** When the next {@link PublisherInput.Tick} is due; empty while nothing can time out. */
  public OptionalLong nextDeadlineNanos() {
    OptionalLong expiry = queue.nextExpiryNanos();
    OptionalLong timeout =
        open.isEmpty() ? OptionalLong.empty() : timeoutNanos(open.firstEntry().getValue());
    if (expiry.isEmpty() || timeout.isEmpty()) {
      return expiry.isEmpty() ? timeout : expiry;
    }
    return OptionalLong.of(Math.min(expiry.getAsLong(), timeout.getAsLong()));
  }

  /** The chains that are bound, have voted, or have XTs waiting or in flight, ascending. */
  public List<ChainStatus> chains() {
    return chains.sorted().stream().map(this::status).toList();
  }

  /** The XTs that are started and undecided, in the order of their start. */
  public List<XtId> open() {
    return List.copyOf(open.keySet());
  }

  /** Number of XTs that are started and undecided. */
  public int openCount() {
    return open.size();
  }

  /** Number of XTs that wait. */
  public int queued() {
    return queue.size();
  }

  /** Encoded bytes of the XTs that wait. */
  public long queuedBytes() {
    return queue.bytes();
  }

  /** Number of decisions that are remembered. */
  public int rememberedOutcomes() {
    return outcomes.size();
  }

  /** Whether this XT waits, is open, or has an outcome that is remembered here. */
  public boolean knows(XtId id) {
    return find(id) != null || outcomes.find(id) != null;
  }

  /** The number of the last decision; 0 when there was none. */
  public long decisions() {
    return decisions;
  }

  // ---- what earlier processes left

  private void replayed(LogRecord entry) {
    switch (entry) {
      case LogRecord.Started started -> replayed.put(started.id(), new Replayed(started, starts++));
      case LogRecord.Decided decided -> {
        Replayed start = replayed.remove(decided.id());
        decisions = decided.number();
        outcomes.remember(decided, start == null ? starts++ : start.order(), false);
      }
    }
  }

  private void recovered(long last) {
    decisions = Math.max(decisions, last);
    for (Replayed start : replayed.values()) {
      LogRecord.Started started = start.start();
      LogRecord.Decided decided =
          new LogRecord.Decided(
              ++decisions,
              started.id(),
              XtOutcome.ABORTED,
              "the publisher restarted before it was decided",
              started.submitter(),
              started.xt().chains().stream().map(PublisherXt::noVote).toList(),
              started.queuedNanos(),
              OptionalLong.empty(),
              now);
      effects.add(new PublisherEffect.Append(decided));
      observe(new PublisherFact.Finished(decided, false));
      // Whoever may have voted has to know what became of it, bound or not.
      outcomes.remember(decided, start.order(), true);
    }
    replayed.clear();
  }

  // ---- connections

  private void opened(Peer peer) {
    boolean firstUnbound = connections.unboundVoters() == 0;
    Connection connection = connections.opened(peer, now);
    switch (peer.rights()) {
      case VotingRights.Bound bound -> {
        resend(connection, outcomes.missedBy(bound.chains(), now), openFor(connection));
        for (ChainId id : bound.chains()) {
          PublisherChain chain = chains.use(id);
          chain.bound().put(peer.connectionId(), peer);
          forgive(chain);
          takeBack(chain);
        }
      }
      case VotingRights.Unbound unbound -> {
        resend(connection, List.of(), openFor(connection));
        for (PublisherChain chain : unreserved()) {
          forgive(chain);
          if (firstUnbound) {
            takeBack(chain);
          }
        }
      }
      case VotingRights.SubmitOnly submitOnly -> {}
    }
  }

  private void closed(String connectionId) {
    Connection connection = connections.closed(connectionId);
    if (connection == null) {
      return;
    }
    switch (connection.peer().rights()) {
      case VotingRights.Bound bound -> {
        for (ChainId id : bound.chains()) {
          PublisherChain chain = chains.use(id);
          chain.bound().remove(connectionId);
          setAsideUnlessServed(chain);
          chains.release(chain);
        }
      }
      case VotingRights.Unbound unbound -> {
        if (connections.unboundVoters() == 0) {
          unreserved().forEach(this::setAsideUnlessServed);
        }
      }
      case VotingRights.SubmitOnly submitOnly -> {}
    }
  }

  // ---- bound chains

  private void bound(SortedMap<ChainId, SortedSet<String>> identities) {
    Set<ChainId> before = rules.boundChains().keySet();
    rules = rules.withBoundChains(identities);
    Set<ChainId> after = rules.boundChains().keySet();
    connections.bind(after);
    outcomes.bind(after);
    for (ChainId id : after) {
      if (!before.contains(id)) {
        reserve(chains.use(id));
      }
    }
    for (ChainId id : before) {
      if (!after.contains(id)) {
        free(chains.use(id));
      }
    }
  }

  private void reserve(PublisherChain chain) {
    chain.reserve(true);
    undecided(chain).forEach(PublisherXt::letUnboundHear);
    setAsideUnlessServed(chain);
  }

  private void free(PublisherChain chain) {
    chain.reserve(false);
    forgive(chain);
    takeBack(chain);
    chains.release(chain);
  }

  private List<PublisherXt> undecided(PublisherChain chain) {
    List<PublisherXt> undecided = new ArrayList<>(chain.allWaiting());
    open.values().stream().filter(xt -> xt.chains().contains(chain)).forEach(undecided::add);
    return undecided;
  }

  private List<PublisherChain> unreserved() {
    return chains.all().stream().filter(chain -> !chain.reserved()).toList();
  }

  private void setAsideUnlessServed(PublisherChain chain) {
    if (connections.serves(chain)) {
      return;
    }
    for (PublisherXt xt : List.copyOf(chain.waiting())) {
      queue.standAside(xt);
      touched.addAll(xt.chains());
    }
  }

  private void takeBack(PublisherChain chain) {
    for (PublisherXt xt : List.copyOf(chain.aside())) {
      if (allServed(xt)) {
        queue.stepBack(xt);
        touched.addAll(xt.chains());
      }
    }
  }

  private boolean allServed(PublisherXt xt) {
    for (PublisherChain chain : xt.chains()) {
      if (!connections.serves(chain)) {
        return false;
      }
    }
    return true;
  }

  private List<PublisherXt> openFor(Connection connection) {
    return open.values().stream().filter(xt -> connections.owesVoteOn(connection, xt)).toList();
  }

  private void resend(
      Connection connection, List<PublisherOutcomes.Outcome> decided, List<PublisherXt> undecided) {
    if (decided.isEmpty() && undecided.isEmpty()) {
      return;
    }
    List<PublisherMessage> messages = new ArrayList<>(decided.size() + undecided.size());
    decided.forEach(outcome -> messages.add(outcome.message()));
    undecided.forEach(xt -> messages.add(new PublisherMessage.Start(xt.content())));
    effects.add(
        new PublisherEffect.Resend(connection.id(), Collections.unmodifiableList(messages)));
  }

  /**
   * Tells an unbound connection what it missed once it has shown that it takes part: anybody can
   * open connections while authentication is off.
   */
  private void heardFrom(Connection connection) {
    if (connection.unbound() && connection.firstHeard()) {
      resend(connection, outcomes.missedByUnbound(connection.openedNanos(), now), List.of());
    }
  }

  // ---- requests

  private void submitted(PublisherInput.Submitted input) {
    Connection connection = connections.find(input.connectionId());
    if (connection == null) {
      return;
    }
    heardFrom(connection);
    CrossChainTransaction content = input.xt();
    if (repeated(connection, content.id())) {
      return;
    }
    if (content.chains().size() > PublisherRules.MAX_CHAINS_PER_XT) {
      refuse(
          connection,
          content.id(),
          "the request names %d chains, at most %d are allowed"
              .formatted(content.chains().size(), PublisherRules.MAX_CHAINS_PER_XT));
      return;
    }
    for (ChainId id : content.chains()) {
      PublisherChain chain = chains.find(id);
      if (chain != null && !chain.admits(rules.silence(), now)) {
        refuse(connection, content.id(), doesNotAnswer(id));
        return;
      }
    }
    if (queue.bytes() + openBytes + content.encoded().size() > rules.queue().bytes()) {
      refuse(connection, content.id(), "the queue is full (" + rules.queue().bytes() + " bytes)");
      return;
    }
    takeUp(connection, content);
  }

  private void takeUp(Connection connection, CrossChainTransaction content) {
    String submitter = connection.peer().submitter();
    List<PublisherChain> participants = new ArrayList<>(content.chains().size());
    content.chains().forEach(id -> participants.add(chains.use(id)));
    PublisherXt xt =
        new PublisherXt(
            content, submitter, participants, queue.nextTurn(submitter), arrivals++, now);
    boolean served = allServed(xt);
    boolean startsNow = served && mayStart(xt);
    String refusal = startsNow ? null : queue.refusal(xt);
    if (refusal != null) {
      participants.forEach(chains::release);
      refuse(connection, content.id(), refusal);
      return;
    }
    for (PublisherChain chain : participants) {
      if (!chain.answers(rules.silence())) {
        chain.tryWith(xt.id());
      }
    }
    addSubmitter(connection, xt);
    observe(new PublisherFact.Queued(connection.id(), submitter, content, now));
    if (startsNow) {
      queue.starting(xt);
      start(xt);
    } else {
      queue.add(xt, served);
    }
  }

  /** A known id is never taken up again: its sender hears the outcome, now or when it falls. */
  private boolean repeated(Connection connection, XtId id) {
    PublisherXt undecided = find(id);
    if (undecided != null) {
      addSubmitter(connection, undecided);
      observe(new PublisherFact.Repeated(connection.id(), id, false));
      return true;
    }
    PublisherMessage.Decision outcome = outcomes.find(id);
    if (outcome == null) {
      return false;
    }
    send(List.of(connection.id()), outcome);
    observe(new PublisherFact.Repeated(connection.id(), id, true));
    return true;
  }

  private @Nullable PublisherXt find(XtId id) {
    PublisherXt started = open.get(id);
    return started == null ? queue.find(id) : started;
  }

  private void addSubmitter(Connection connection, PublisherXt xt) {
    if (!connections.votesOn(connection, xt)) {
      xt.addSubmitter(connection.id(), connections::isOpen);
    }
  }

  private void malformed(PublisherInput.Malformed input) {
    Connection connection = connections.find(input.connectionId());
    if (connection != null && !repeated(connection, input.id())) {
      refuse(connection, input.id(), input.reason());
    }
  }

  private void refuse(Connection connection, XtId id, String reason) {
    String fitting = Reasons.fit(reason);
    send(List.of(connection.id()), new PublisherMessage.Decision(id, false, fitting, true));
    observe(new PublisherFact.Refused(connection.id(), id, fitting));
  }

  // ---- start

  /** Starts every waiting XT that is first in line at each of its chains and has room there. */
  private void startWhatMay() {
    if (touched.isEmpty()) {
      return;
    }
    if (queue.size() == 0) {
      touched.clear();
      return;
    }
    NavigableSet<PublisherXt> firsts = new TreeSet<>(PublisherXt.ORDER);
    addFirsts(touched, firsts);
    touched.clear();
    for (PublisherXt xt = firsts.pollFirst(); xt != null; xt = firsts.pollFirst()) {
      if (mayStart(xt)) {
        queue.starting(xt);
        queue.remove(xt);
        start(xt);
        addFirsts(xt.chains(), firsts);
      }
    }
  }

  private void addFirsts(Collection<PublisherChain> at, Collection<PublisherXt> firsts) {
    for (PublisherChain chain : at) {
      if (chain.inFlight() < rules.maxInFlightPerChain() && !chain.waiting().isEmpty()) {
        firsts.add(chain.waiting().first());
      }
    }
  }

  private boolean mayStart(PublisherXt xt) {
    for (PublisherChain chain : xt.chains()) {
      if (chain.inFlight() >= rules.maxInFlightPerChain()
          || (!chain.waiting().isEmpty()
              && PublisherXt.ORDER.compare(chain.waiting().first(), xt) < 0)) {
        return false;
      }
    }
    return true;
  }

  private void start(PublisherXt xt) {
    xt.startedAs(starts++);
    xt.chains().forEach(PublisherChain::started);
    open.put(xt.id(), xt);
    openBytes += xt.bytes();
    unannounced.add(xt);
    effects.add(
        new PublisherEffect.Append(
            new LogRecord.Started(xt.content(), xt.submitter(), xt.queuedNanos(), now)));
    send(connections.voters(xt), new PublisherMessage.Start(xt.content()));
  }

  private void synced() {
    for (PublisherXt xt : unannounced) {
      xt.announced(now);
      observe(new PublisherFact.VotingStarted(xt.content(), now));
    }
    unannounced.clear();
  }

  // ---- votes

  private void voted(PublisherInput.Voted vote) {
    Connection connection = connections.find(vote.connectionId());
    if (connection == null) {
      return;
    }
    if (!connections.mayVote(connection, vote.chain())) {
      observe(new PublisherFact.IdentityMismatch(connection.id(), vote.chain()));
      return;
    }
    heardFrom(connection);
    PublisherChain chain = chains.find(vote.chain());
    if (chain != null) {
      forgive(chain);
    }
    // Open ones first: they are few, and nearly every vote is for one of them.
    PublisherXt xt = open.get(vote.id());
    if (xt == null) {
      votedOnNoneOpen(connection, vote);
    } else if (xt.announcedNanos().isEmpty()) {
      ignore(vote, Cause.NOT_ANNOUNCED);
    } else {
      count(vote, xt);
    }
  }

  private void votedOnNoneOpen(Connection connection, PublisherInput.Voted vote) {
    PublisherMessage.Decision outcome = outcomes.find(vote.id());
    if (outcome != null) {
      send(List.of(connection.id()), outcome);
      ignore(vote, Cause.ALREADY_DECIDED);
    } else {
      ignore(vote, queue.find(vote.id()) == null ? Cause.UNKNOWN_XT : Cause.NOT_ANNOUNCED);
    }
  }

  private void count(PublisherInput.Voted vote, PublisherXt xt) {
    int index = xt.indexOf(vote.chain());
    if (index < 0) {
      ignore(vote, Cause.NOT_A_PARTICIPANT);
      return;
    }
    if (xt.hasVoted(index)) {
      ignore(vote, Cause.ALREADY_VOTED);
      return;
    }
    String reason = Reasons.fit(vote.reason());
    long latency = now - xt.announcedNanos().orElseThrow();
    xt.vote(index, vote.yes(), reason, latency);
    xt.chains().get(index).voted();
    observe(new PublisherFact.VoteCounted(xt.id(), vote.chain(), vote.yes(), reason, latency));
    if (!vote.yes()) {
      String no = "chain " + vote.chain() + " voted no" + (reason.isEmpty() ? "" : ": " + reason);
      closeOpen(xt, XtOutcome.ABORTED, no, false);
    } else if (!xt.votesMissing()) {
      closeOpen(xt, XtOutcome.COMMITTED, "", false);
    }
  }

  private void ignore(PublisherInput.Voted vote, Cause cause) {
    observe(new PublisherFact.VoteIgnored(vote.connectionId(), vote.id(), vote.chain(), cause));
  }

  // ---- time

  private void tick() {
    for (PublisherXt xt : queue.expired(now)) {
      closeQueued(xt, XtOutcome.EXPIRED, expiryReason(xt));
    }
    Set<PublisherChain> silenced = new LinkedHashSet<>();
    for (PublisherXt xt : overdue()) {
      List<PublisherChain> silent = silentChains(xt);
      for (PublisherChain chain : silent) {
        if (connections.serves(chain) && countTimeout(chain)) {
          silenced.add(chain);
        }
      }
      closeOpen(xt, XtOutcome.ABORTED, timeoutReason(silent), true);
    }
    for (PublisherChain chain : silenced) {
      observe(new PublisherFact.ChainStoppedAnswering(chain.id(), chain.timeouts()));
      for (PublisherXt xt : chain.allWaiting()) {
        closeQueued(xt, XtOutcome.ABORTED, doesNotAnswer(chain.id()));
      }
    }
  }

  private List<PublisherXt> overdue() {
    List<PublisherXt> overdue = new ArrayList<>();
    for (PublisherXt xt : open.values()) {
      OptionalLong timeout = timeoutNanos(xt);
      if (timeout.isEmpty() || timeout.getAsLong() > now) {
        break;
      }
      overdue.add(xt);
    }
    return overdue;
  }

  private OptionalLong timeoutNanos(PublisherXt xt) {
    OptionalLong announced = xt.announcedNanos();
    return announced.isEmpty()
        ? announced
        : OptionalLong.of(announced.getAsLong() + rules.voteTimeout().toNanos());
  }

  private static List<PublisherChain> silentChains(PublisherXt xt) {
    List<PublisherChain> silent = new ArrayList<>();
    for (int i = 0; i < xt.chains().size(); i++) {
      if (!xt.hasVoted(i)) {
        silent.add(xt.chains().get(i));
      }
    }
    return silent;
  }

  /** True when this time-out is the one too many. */
  private boolean countTimeout(PublisherChain chain) {
    boolean answered = chain.answers(rules.silence());
    chain.timedOut(now);
    return answered && !chain.answers(rules.silence());
  }

  private void forgive(PublisherChain chain) {
    boolean answered = chain.answers(rules.silence());
    chain.forgive();
    if (!answered) {
      observe(new PublisherFact.ChainAnswersAgain(chain.id()));
    }
  }

  // ---- decisions

  private void closeOpen(PublisherXt xt, XtOutcome outcome, String reason, boolean timedOut) {
    open.remove(xt.id());
    openBytes -= xt.bytes();
    xt.chains().forEach(PublisherChain::decided);
    decide(xt, outcome, reason, timedOut);
  }

  private void closeQueued(PublisherXt xt, XtOutcome outcome, String reason) {
    queue.remove(xt);
    xt.startedAs(starts++);
    decide(xt, outcome, reason, false);
  }

  private void decide(PublisherXt xt, XtOutcome outcome, String reason, boolean timedOut) {
    String fitting = Reasons.fit(reason);
    LogRecord.Decided decided =
        new LogRecord.Decided(
            ++decisions,
            xt.id(),
            outcome,
            fitting,
            xt.submitter(),
            xt.votes(),
            xt.queuedNanos(),
            xt.announcedNanos(),
            now);
    effects.add(new PublisherEffect.Append(decided));
    send(
        connections.hearers(xt),
        new PublisherMessage.Decision(xt.id(), outcome.commit(), fitting, false));
    observe(new PublisherFact.Finished(decided, timedOut));
    outcomes.remember(decided, xt.order(), xt.unboundHear());
    for (PublisherChain chain : xt.chains()) {
      chain.trialEnded(xt.id());
      touched.add(chain);
      chains.release(chain);
    }
  }

  private String expiryReason(PublisherXt xt) {
    for (PublisherChain chain : xt.chains()) {
      if (!connections.serves(chain)) {
        return "chain " + chain.id() + " is not connected";
      }
    }
    return "its turn did not come within " + Reasons.text(queue.expiry());
  }

  private String timeoutReason(List<PublisherChain> silent) {
    List<String> names = silent.stream().map(chain -> chain.id().toString()).toList();
    return (names.size() == 1 ? "chain " : "chains ")
        + String.join(", ", names)
        + " did not vote within "
        + Reasons.text(rules.voteTimeout());
  }

  private static String doesNotAnswer(ChainId chain) {
    return "chain " + chain + " does not answer";
  }

  // ---- output

  private void send(List<String> connectionIds, PublisherMessage message) {
    if (!connectionIds.isEmpty()) {
      effects.add(new PublisherEffect.Send(connectionIds, message));
    }
  }

  private void observe(PublisherFact fact) {
    effects.add(new PublisherEffect.Observed(fact));
  }

  private ChainStatus status(PublisherChain chain) {
    return new ChainStatus(
        chain.id(),
        List.copyOf(rules.boundChains().getOrDefault(chain.id(), Collections.emptySortedSet())),
        chain.bound().values().stream().map(Peer::identity).distinct().sorted().toList(),
        connections.voters(chain),
        chain.answers(rules.silence()),
        chain.inFlight(),
        chain.waiting().size() + chain.aside().size());
  }
}
