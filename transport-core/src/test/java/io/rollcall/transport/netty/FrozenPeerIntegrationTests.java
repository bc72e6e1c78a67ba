package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.ReconnectingPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A peer whose process was stopped: its kernel still takes bytes for a while, nobody reads them.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class FrozenPeerIntegrationTests {

  private static final int OTHERS = 5;
  private static final int MOST_BROADCASTS = 400;

  enum Bound {
    BYTES,
    TIME
  }

  @ParameterizedTest
  @EnumSource(Bound.class)
  void aFrozenPeerIsClosedAtItsBoundOthersNoticeNothingAndItComesBack(Bound bound) {
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.maxMessageSize = 128 * 1024;
    settings.outboundBuffer = bound == Bound.BYTES ? 512 * 1024 : 32L << 20;
    settings.writeTimeout = Duration.ofSeconds(bound == Bound.BYTES ? 30 : 2);
    List<RawSocketPeer> others = new ArrayList<>();
    try (ServerFixture fixture = new ServerFixture(settings);
        ReconnectingPeer peer =
            ReconnectingPeer.launch("127.0.0.1:" + fixture.server.address().getPort())) {
      String frozenId = announced(fixture);
      for (int i = 0; i < OTHERS; i++) {
        RawSocketPeer other = fixture.connect();
        others.add(other);
        fixture.admitted(other);
      }

      peer.freeze();
      for (int i = 0; i < MOST_BROADCASTS && queuedFor(fixture, frozenId) < 400 * 1024; i++) {
        broadcast(fixture, others);
      }
      for (int i = 0; bound == Bound.BYTES && i < 20; i++) {
        broadcast(fixture, others);
      }

      var closed = fixture.recorded.nextClosed();
      assertThat(closed.connection().id()).isEqualTo(frozenId);
      assertThat(closed.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
      assertThat(closed.details())
          .contains(bound == Bound.BYTES ? "outbound-buffer" : "write-timeout");
      broadcast(fixture, others);
      assertThat(fixture.server.connectionCount()).isEqualTo(OTHERS);

      peer.thaw();
      assertThat(announced(fixture)).isNotEqualTo(frozenId);
      assertThat(fixture.server.connectionCount()).isEqualTo(OTHERS + 1);
    } finally {
      others.forEach(RawSocketPeer::close);
    }
  }

  /** Waits for the word of the peer's next connection. */
  private static String announced(ServerFixture fixture) {
    InboundMessage message = fixture.recorded.nextMessage();
    assertThat(message.message().getSenderId()).isEqualTo(ReconnectingPeer.ID);
    return message.connectionId();
  }

  private static void broadcast(ServerFixture fixture, List<RawSocketPeer> others) {
    Message message =
        Message.newBuilder()
            .setSenderId("publisher")
            .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[100 * 1024])))
            .build();
    var _ = fixture.server.broadcast(message, Set.of());
    for (RawSocketPeer other : others) {
      assertThat(other.readMessage()).isEqualTo(message);
    }
  }

  /** Empty queues of a closed one count as full: then nothing more is needed. */
  private static long queuedFor(ServerFixture fixture, String id) {
    return fixture
        .server
        .connection(id)
        .map(connection -> connection.queuedBytes())
        .orElse(Long.MAX_VALUE);
  }
}
