package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.testing.GoldenMessages;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.RawSocketPeer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ends a connection, and only that connection. */
class BadInputIntegrationTests {

  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  record Bad(String name, String hex, String details) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Bad> bad() {
    return List.of(
        new Bad(
            "one byte more than the limit",
            "00100001",
            "message size exceeds max: 1048577 bytes, max-message-size is 1048576"),
        new Bad(
            "a length beyond 2 GiB",
            "ffffffff",
            "message size exceeds max: 4294967295 bytes, max-message-size is 1048576"),
        new Bad("empty", "00000000", "empty message"),
        new Bad("garbage", "000000040fffffff", "not a protobuf message of rollup.v1"),
        new Bad(
            "HTTP",
            "474554202f20485454502f312e310d0a0d0a",
            "message size exceeds max: 1195725856 bytes, max-message-size is 1048576"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void endsWithAProtocolErrorThatIsLoggedOnceAtDebug(Bad bad) {
    try (LogCapture log = LogCapture.of(Link.class);
        ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer other = fixture.connect();
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(other);
      peer.sendHex(bad.hex());
      DisconnectMessage disconnect = peer.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
      assertThat(disconnect.getDetails()).isEqualTo(bad.details());
      peer.expectEndOfStream();
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
      other.ping(7);
      assertThat(log.lines()).singleElement().asString().startsWith(closed.connection().id());
      assertThat(log.lines(Level.DEBUG)).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.rollcall.transport.testing.GoldenMessages#odd")
  void takesAndRefusesOddBytesAsTheSdkDoes(GoldenMessages.Odd odd) {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.ping(1); // So that no first byte is taken for a hello.
      peer.sendFrame(odd.bytes());
      if (odd.accepted()) {
        peer.ping(2);
      } else {
        assertThat(peer.readDisconnect().getReason())
            .isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
        peer.expectEndOfStream();
      }
    }
  }

  @Test
  void endsAFrameThatIsNotCompleteInTime() {
    settings.readTimeout = Duration.ofMillis(200);
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      peer.sendHex("0000001012");
      DisconnectMessage disconnect = peer.readDisconnect();
      assertThat(disconnect.getReason()).isEqualTo(DisconnectMessage.Reason.READ_TIMEOUT);
      peer.expectEndOfStream();
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.READ_TIMEOUT);
    }
  }

  @Test
  void saysThatAStreamEndedInsideAFrame() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.sendHex("0000001012").shutdownOutput();
      assertThat(peer.readDisconnect().getDetails()).isEqualTo("the stream ended inside a frame");
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.NETWORK_ERROR);
    }
  }

  @Test
  void theGoodbyeSurvivesUnreadInput() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      peer.ping(1);
      byte[] lots = new byte[256 * 1024];
      peer.sendHex("00000000").send(lots).send(lots);
      assertThat(peer.readDisconnect().getDetails()).isEqualTo("empty message");
      peer.expectEndOfStream();
    }
  }
}
