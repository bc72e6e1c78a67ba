package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InboundBudgetTests {

  private final InboundBudget budget = new InboundBudget(100);

  @Test
  void whoIsNotTrustedGoesFirstHoweverLittleItHolds() {
    try (EmbeddedLink trusted = new EmbeddedLink();
        EmbeddedLink unknown = new EmbeddedLink();
        EmbeddedLink silent = new EmbeddedLink()) {
      var _ =
          new NettyConnection(
              trusted.link,
              new PeerIdentity.Trusted("a", ByteString.EMPTY, Set.of(), 1, false),
              HandshakeVersion.NONE,
              Compression.NONE);
      // Anybody can make a key.
      var _ =
          new NettyConnection(
              unknown.link,
              new PeerIdentity.Unknown(ByteString.fromHex("02")),
              HandshakeVersion.NONE,
              Compression.NONE);
      budget.share(unknown.link).holds(20);
      budget.share(silent.link).holds(10);
      budget.share(trusted.link).holds(90);
      assertThat(unknown.link.ended()).isTrue();
      assertThat(silent.link.ended()).isFalse();
      assertThat(trusted.link.ended()).isFalse();
    }
  }
}
