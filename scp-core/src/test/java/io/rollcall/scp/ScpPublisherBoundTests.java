package io.rollcall.scp;

import static io.rollcall.scp.PublisherHarness.A;
import static io.rollcall.scp.PublisherHarness.B;
import static io.rollcall.scp.PublisherHarness.C;
import static io.rollcall.scp.PublisherHarness.D;
import static io.rollcall.scp.PublisherHarness.abort;
import static io.rollcall.scp.PublisherHarness.bound;
import static io.rollcall.scp.PublisherHarness.commit;
import static io.rollcall.scp.PublisherHarness.facts;
import static io.rollcall.scp.PublisherHarness.start;
import static io.rollcall.scp.PublisherHarness.unbound;
import static io.rollcall.scp.PublisherHarness.xt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Chains that are bound, bound to others and set free while XTs are under way. */
class ScpPublisherBoundTests {

  /** A chain that nobody is bound to at first. */
  private static final ChainId E = ChainId.of(5);

  private final PublisherHarness publisher = PublisherHarness.connected();
  private final CrossChainTransaction xt = xt("x", A, E);

  @Test
  void aNewSequencerOfANewChainVotesAndTheXtCommits() {
    publisher.submit("s", xt);
    assertThat(publisher.started()).as("nobody serves its second chain").isEmpty();

    bind(Map.of(A, "a", B, "b", C, "c", D, "d", E, "e"));
    assertThat(publisher.started()).as("bound, and nobody there").isEmpty();
    publisher.open(bound("e", E));
    assertThat(publisher.inbox("e")).containsExactly(start(xt));
    publisher.yes("a", A, xt);
    publisher.yes("e", E, xt);
    assertThat(publisher.inbox("e")).containsExactly(commit(xt));
  }

  @Test
  void itMayBeThereBeforeItsChainIsBound() {
    publisher.open(bound("e", E));
    publisher.submit("s", xt);
    bind(Map.of(A, "a", E, "e"));
    publisher.yes("a", A, xt);
    publisher.yes("e", E, xt);
    assertThat(publisher.inbox("e")).containsExactly(start(xt), commit(xt));
    assertThat(status(E).identities()).containsExactly("e");
  }

  @Test
  void fromThenOnNobodyElseVotesForIt() {
    publisher.open(unbound("u"));
    bind(Map.of(A, "a", E, "e"));
    publisher.open(bound("e", E));
    publisher.submit("s", xt);
    assertThat(publisher.inbox("u")).isEmpty();
    publisher.yes("a", A, xt);

    assertThat(facts(publisher.yes("u", E, xt)))
        .containsExactly(new PublisherFact.IdentityMismatch("u", E));
    assertThat(publisher.decisions(xt)).isEmpty();
    publisher.yes("e", E, xt);
    assertThat(publisher.decisions(xt)).hasSize(1);
  }

  @Test
  void whoVotedForItBeforeStillHearsTheDecision() {
    publisher.open(unbound("u"));
    publisher.submit("s", xt);
    publisher.yes("u", E, xt);
    publisher.clearInboxes();

    bind(Map.of(A, "a", E, "e"));
    publisher.yes("a", A, xt);
    assertThat(publisher.inbox("u")).containsExactly(commit(xt));
    assertThat(publisher.inbox("s")).containsExactly(commit(xt));
  }

  @Test
  void andHearsItAlsoWhenItWasAwayThen() {
    publisher.open(unbound("u"));
    publisher.submit("s", xt);
    publisher.yes("u", E, xt);
    bind(Map.of(A, "a", E, "e"));
    publisher.close("u");
    publisher.yes("a", A, xt);

    publisher.open(unbound("u2"));
    publisher.submit("u2", xt("another", B, C));
    assertThat(publisher.inbox("u2")).contains(commit(xt));
  }

  @Test
  void theNewSequencerHearsWhatWasDecidedOnItsChainBefore() {
    publisher.open(unbound("u"));
    publisher.submit("s", xt);
    publisher.yes("a", A, xt);
    publisher.yes("u", E, xt);
    bind(Map.of(A, "a", E, "e"));
    publisher.open(bound("e", E));
    assertThat(publisher.inbox("e")).containsExactly(commit(xt));
  }

  @Test
  void whatWaitsForAChainThatIsBoundNowWaitsForItsSequencer() {
    publisher.open(unbound("u"));
    CrossChainTransaction first = xt("first", A, E);
    publisher.submit("s", first);
    publisher.submit("s", xt);
    bind(Map.of(A, "a", B, "b", E, "e"));
    publisher.yes("a", A, first);
    publisher.no("a", A, first, "");
    publisher.tickAfter(PublisherRules.DEFAULT_VOTE_TIMEOUT);
    assertThat(publisher.started()).containsExactly(first.id());
    // It holds nobody back meanwhile.
    CrossChainTransaction other = xt("other", A, B);
    publisher.submit("s", other);
    assertThat(publisher.started()).containsExactly(first.id(), other.id());

    publisher.tickAfter(PublisherRules.Queue.DEFAULT_EXPIRY);
    assertThat(publisher.inbox("s")).contains(abort(xt, "chain 5 is not connected"));
  }

  @Test
  void aRemovedSequencerLeavesAChainThatIsNotConnected() {
    CrossChainTransaction open = xt("open", A, B);
    publisher.submit("s", open);
    publisher.yes("a", A, open);
    bind(Map.of(A, "a"));
    publisher.close("b");
    CrossChainTransaction later = xt("later", A, B);
    publisher.submit("s", later);

    publisher.tickAfter(PublisherRules.DEFAULT_VOTE_TIMEOUT);
    assertThat(publisher.inbox("s")).contains(abort(open, "chain 2 did not vote within 3s"));
    publisher.tickAfter(PublisherRules.Queue.DEFAULT_EXPIRY);
    assertThat(publisher.inbox("s")).contains(abort(later, "chain 2 is not connected"));
    assertThat(publisher.decisions(later)).hasSize(1);
    assertThat(publisher.machine.chains()).extracting(ChainStatus::chain).containsExactly(A, C, D);
  }

  @Test
  void aChainThatIsSetFreeIsServedByThoseWhoAreBoundToNothing() {
    publisher.open(unbound("u"));
    publisher.close("b");
    CrossChainTransaction waiting = xt("waiting", A, B);
    publisher.submit("s", waiting);
    assertThat(publisher.started()).isEmpty();

    bind(Map.of(A, "a"));
    assertThat(publisher.inbox("u")).containsExactly(start(waiting));
    publisher.yes("u", B, waiting);
    publisher.yes("a", A, waiting);
    assertThat(publisher.inbox("u")).containsExactly(commit(waiting));
  }

  @Test
  void whoIsBoundNoMoreHearsWhatWasDecidedWhileItWas() {
    CrossChainTransaction before = xt("before", A, B);
    publisher.submit("s", before);
    publisher.yes("b", B, before);
    publisher.close("b");
    publisher.yes("a", A, before);
    bind(Map.of(A, "a"));

    publisher.open(unbound("b2"));
    publisher.submit("b2", xt("another", C, D));
    assertThat(publisher.inbox("b2")).contains(commit(before));
  }

  @Test
  void anotherIdentityOfAChainChangesNothingElse() {
    publisher.submit("s", xt("x", A, B));
    bind(Map.of(A, "a", B, "beta"));
    assertThat(status(B).identities()).containsExactly("beta");
    assertThat(status(B).inFlight()).isOne();
    publisher.tickAfter(Duration.ofSeconds(1));
    assertThat(publisher.machine.openCount()).isOne();
  }

  @Test
  void aChainIsBoundToSomebody() {
    assertThatThrownBy(() -> new PublisherInput.Bound(new TreeMap<>(Map.of(A, new TreeSet<>()))))
        .hasMessage("chain 1 is bound to no identity");
  }

  private ChainStatus status(ChainId chain) {
    return publisher.machine.chains().stream()
        .filter(status -> status.chain().equals(chain))
        .findFirst()
        .orElseThrow();
  }

  private void bind(Map<ChainId, String> identities) {
    TreeMap<ChainId, SortedSet<String>> bound = new TreeMap<>();
    identities.forEach(
        (chain, identity) -> bound.computeIfAbsent(chain, any -> new TreeSet<>()).add(identity));
    publisher.step(new PublisherInput.Bound(bound));
  }
}
