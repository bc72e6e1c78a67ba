package io.rollcall.publisher.handler;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.scp.VotingRights;
import io.rollcall.transport.PeerIdentity;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VotingPolicyTests {

  private static final ByteString KEY = ByteString.copyFrom(new byte[33]);
  private static final PeerIdentity ON_A = new PeerIdentity.Trusted("a", KEY, Set.of(A), 1, false);
  private static final PeerIdentity FREE =
      new PeerIdentity.Trusted("free", KEY, Set.of(), 1, false);
  private static final PeerIdentity UNKNOWN = new PeerIdentity.Unknown(KEY);
  private static final PeerIdentity NOBODY = new PeerIdentity.Unauthenticated();

  private final VotingPolicy on = new VotingPolicy(true, Set.of(A));
  private final VotingPolicy off = new VotingPolicy(false, Set.of(A));

  @Test
  void aBoundIdentitySpeaksForItsChainsAlone() {
    assertThat(on.maySpeak(ON_A, A)).isTrue();
    assertThat(on.maySpeak(ON_A, B)).isFalse();
    assertThat(on.rightsOf(ON_A)).isEqualTo(VotingRights.bound(Set.of(A)));
  }

  @Test
  void aTrustedIdentityWithoutChainsSpeaksForThoseNobodyIsBoundTo() {
    assertThat(on.maySpeak(FREE, A)).isFalse();
    assertThat(on.maySpeak(FREE, B)).isTrue();
    assertThat(on.rightsOf(FREE)).isEqualTo(VotingRights.unbound());
  }

  @Test
  void whoeverIsNotTrustedSpeaksForNoChain() {
    for (PeerIdentity peer : List.of(UNKNOWN, NOBODY)) {
      assertThat(on.maySpeak(peer, B)).isFalse();
      assertThat(on.rightsOf(peer)).isEqualTo(VotingRights.submitOnly());
    }
  }

  @Test
  void anybodySpeaksForAnyChainWhileAuthenticationIsOff() {
    assertThat(off.maySpeak(NOBODY, A)).isTrue();
    assertThat(off.rightsOf(NOBODY)).isEqualTo(VotingRights.unbound());
    assertThat(off.boundChains()).isEmpty();
  }

  @Test
  void saysTheSameAsTheRightsItGives() {
    for (VotingPolicy policy : List.of(on, off)) {
      for (PeerIdentity peer : List.of(ON_A, FREE, UNKNOWN, NOBODY)) {
        for (ChainId chain : List.of(A, B)) {
          if (policy.authenticated() || !(peer instanceof PeerIdentity.Trusted)) {
            assertThat(policy.maySpeak(peer, chain))
                .isEqualTo(policy.rightsOf(peer).mayVote(chain, policy.boundChains()));
          }
        }
      }
    }
  }

  @Test
  void answersByTheChainsThatAreBoundAtTheMoment() {
    VotingPolicy policy = new VotingPolicy(true, Set.of(A));
    policy.bind(Set.of(B));
    assertThat(policy.maySpeak(FREE, A)).isTrue();
    assertThat(policy.maySpeak(FREE, B)).isFalse();
    off.bind(Set.of(A));
    assertThat(off.maySpeak(NOBODY, A)).isTrue();
    assertThat(off.boundChains()).isEmpty();
  }
}
