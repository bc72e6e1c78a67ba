package io.rollcall.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rollcall.proto.ChainId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PublisherRulesTests {

  private final PublisherRules defaults = PublisherRules.defaults();

  @Test
  void defaultsAreThoseOfTheDesign() {
    assertThat(defaults.voteTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(defaults.maxInFlightPerChain()).isOne();
    assertThat(defaults.queue())
        .isEqualTo(new PublisherRules.Queue(10_000, 268_435_456L, Duration.ofSeconds(30), 10));
    assertThat(defaults.rememberedOutcomes()).isEqualTo(1_000_000);
    assertThat(defaults.resend())
        .isEqualTo(new PublisherRules.Resend(Duration.ofMinutes(10), 10_000, 1_000));
    assertThat(defaults.silence()).isEqualTo(new PublisherRules.Silence(3, Duration.ofSeconds(10)));
  }

  @Test
  void valuesThatMakeNoSenseAreRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.withVoteTimeout(Duration.ZERO))
        .withMessage("vote timeout is PT0S; expected more than 0 and at most PT8760H");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.withVoteTimeout(Duration.ofDays(100_000)))
        .withMessageStartingWith("vote timeout is");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.withMaxInFlightPerChain(0))
        .withMessage("in-flight limit per chain is 0; expected more than 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.withRememberedOutcomes(-1))
        .withMessageStartingWith("number of remembered outcomes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublisherRules.Queue.DEFAULT.withSubmitterPercent(101))
        .withMessage("submitter share is 101 percent; expected 1 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.withBoundChains(Map.of(ChainId.of(5), Set.of())))
        .withMessage("chain 5 is bound to no identity");
  }

  @Test
  void rightsSayForWhichChainsAPeerSpeaks() {
    ChainId one = ChainId.of(1);
    ChainId two = ChainId.of(2);
    ChainId free = ChainId.of(3);
    Set<ChainId> bound = Set.of(one, two);

    assertThat(VotingRights.bound(Set.of(one)).mayVote(one, bound)).isTrue();
    assertThat(VotingRights.bound(Set.of(one)).mayVote(two, bound)).isFalse();
    assertThat(VotingRights.bound(Set.of(one)).mayVote(free, bound)).isFalse();
    assertThat(VotingRights.unbound().mayVote(one, bound)).isFalse();
    assertThat(VotingRights.unbound().mayVote(free, bound)).isTrue();
    assertThat(VotingRights.unbound().mayVote(one, Set.of())).isTrue();
    assertThat(VotingRights.submitOnly().mayVote(free, bound)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> VotingRights.bound(Set.of()));
  }

  @Test
  void peerNeedsNames() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Peer("", "s", "s", VotingRights.submitOnly()));
  }
}
