package io.rollcall.scp;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Drives one publisher machine by hand: steps it, keeps the effects, moves the time. */
final class PublisherHarness {

  static final ChainId A = ChainId.of(1);
  static final ChainId B = ChainId.of(2);
  static final ChainId C = ChainId.of(3);
  static final ChainId D = ChainId.of(4);

  /** The rules of most tests: A to D are bound, each to an identity of its name. */
  static final PublisherRules BOUND =
      PublisherRules.defaults()
          .withBoundChains(Map.of(A, Set.of("a"), B, Set.of("b"), C, Set.of("c"), D, Set.of("d")));

  /** The rules while authentication is off. */
  static final PublisherRules OPEN =
      PublisherRules.defaults()
          .withQueue(
              PublisherRules.Queue.DEFAULT.withSubmitterPercent(
                  PublisherRules.Queue.WHOLE_QUEUE_PERCENT));

  final ScpPublisher machine;
  private final Map<String, List<PublisherMessage>> inboxes = new TreeMap<>();
  private final List<PublisherEffect> effects = new ArrayList<>();
  private long nowNanos = Duration.ofDays(20_000).toNanos();

  PublisherHarness(PublisherRules rules) {
    machine = new ScpPublisher(rules);
  }

  /** A to D are connected, as connections a to d; somebody else may submit, as connection s. */
  static PublisherHarness connected() {
    return connected(BOUND);
  }

  static PublisherHarness connected(PublisherRules rules) {
    PublisherHarness harness = new PublisherHarness(rules);
    harness.open(bound("a", A));
    harness.open(bound("b", B));
    harness.open(bound("c", C));
    harness.open(bound("d", D));
    harness.open(submitter("s"));
    return harness;
  }

  static Peer bound(String connection, ChainId... chains) {
    return new Peer(connection, connection, connection, VotingRights.bound(Arrays.asList(chains)));
  }

  static Peer unbound(String connection) {
    return new Peer(connection, connection, connection, VotingRights.unbound());
  }

  static Peer submitter(String connection) {
    return new Peer(connection, connection, connection, VotingRights.submitOnly());
  }

  /** An XT that differs from others by its content. */
  static CrossChainTransaction xt(String content, ChainId... chains) {
    XTRequest.Builder request = XTRequest.newBuilder();
    for (ChainId chain : chains) {
      request.addTransactions(
          TransactionRequest.newBuilder()
              .setChainId(chain.bytes())
              .addTransaction(ByteString.copyFromUtf8(content)));
    }
    return CrossChainTransaction.of(request.build());
  }

  long now() {
    return nowNanos;
  }

  /** Moves the time without telling the machine. */
  void pass(Duration time) {
    nowNanos += time.toNanos();
  }

  /** Moves the time and ticks. */
  List<PublisherEffect> tickAfter(Duration time) {
    pass(time);
    return step(new PublisherInput.Tick());
  }

  /** One step, and the sync that follows it where something was appended. */
  List<PublisherEffect> step(PublisherInput input) {
    List<PublisherEffect> result = stepUnsynced(input);
    if (result.stream().anyMatch(PublisherEffect.Append.class::isInstance)) {
      List<PublisherEffect> all = new ArrayList<>(result);
      all.addAll(stepUnsynced(new PublisherInput.Synced()));
      return all;
    }
    return result;
  }

  List<PublisherEffect> stepUnsynced(PublisherInput input) {
    List<PublisherEffect> result = machine.step(input, nowNanos);
    for (PublisherEffect effect : result) {
      switch (effect) {
        case PublisherEffect.Send send ->
            send.connectionIds().forEach(id -> inboxOf(id).add(send.message()));
        case PublisherEffect.Resend resend ->
            inboxOf(resend.connectionId()).addAll(resend.messages());
        case PublisherEffect.Append append -> {}
        case PublisherEffect.Observed observed -> {}
      }
    }
    effects.addAll(result);
    return result;
  }

  List<PublisherEffect> open(Peer peer) {
    inboxes.put(peer.connectionId(), new ArrayList<>());
    return step(new PublisherInput.Opened(peer));
  }

  List<PublisherEffect> close(String connection) {
    return step(new PublisherInput.Closed(connection));
  }

  List<PublisherEffect> submit(String connection, CrossChainTransaction xt) {
    return step(new PublisherInput.Submitted(connection, xt));
  }

  List<PublisherEffect> yes(String connection, ChainId chain, CrossChainTransaction xt) {
    return step(new PublisherInput.Voted(connection, chain, xt.id(), true, ""));
  }

  List<PublisherEffect> no(
      String connection, ChainId chain, CrossChainTransaction xt, String reason) {
    return step(new PublisherInput.Voted(connection, chain, xt.id(), false, reason));
  }

  /** What a connection got since it was last asked. */
  List<PublisherMessage> inbox(String connection) {
    List<PublisherMessage> inbox = inboxOf(connection);
    List<PublisherMessage> got = List.copyOf(inbox);
    inbox.clear();
    return got;
  }

  private List<PublisherMessage> inboxOf(String connection) {
    return Objects.requireNonNull(inboxes.get(connection), connection);
  }

  /** Forgets what everybody got. */
  void clearInboxes() {
    inboxes.values().forEach(List::clear);
  }

  /** The log so far. */
  List<LogRecord> log() {
    return effects.stream()
        .filter(PublisherEffect.Append.class::isInstance)
        .map(effect -> ((PublisherEffect.Append) effect).entry())
        .toList();
  }

  /** The decisions logged for an XT: one or none, whatever happens. */
  List<LogRecord.Decided> decisions(CrossChainTransaction xt) {
    return log().stream()
        .filter(LogRecord.Decided.class::isInstance)
        .map(LogRecord.Decided.class::cast)
        .filter(decided -> decided.id().equals(xt.id()))
        .toList();
  }

  /** Ids in the order they were started. */
  List<XtId> started() {
    return log().stream().filter(LogRecord.Started.class::isInstance).map(LogRecord::id).toList();
  }

  static List<PublisherFact> facts(List<PublisherEffect> effects) {
    return effects.stream()
        .filter(PublisherEffect.Observed.class::isInstance)
        .map(effect -> ((PublisherEffect.Observed) effect).fact())
        .toList();
  }

  static PublisherMessage start(CrossChainTransaction xt) {
    return new PublisherMessage.Start(xt);
  }

  static PublisherMessage commit(CrossChainTransaction xt) {
    return new PublisherMessage.Decision(xt.id(), true, "", false);
  }

  static PublisherMessage abort(CrossChainTransaction xt, String reason) {
    return new PublisherMessage.Decision(xt.id(), false, reason, false);
  }

  static PublisherMessage refusal(CrossChainTransaction xt, String reason) {
    return new PublisherMessage.Decision(xt.id(), false, reason, true);
  }
}
