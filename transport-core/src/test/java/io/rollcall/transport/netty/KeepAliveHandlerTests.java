package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Pong;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeepAliveHandlerTests {

  /** What an event loop answers that has nothing to do later. */
  private static final long NO_TIMER = -1;

  @Test
  void pingsEveryFifteenSecondsAndMeasuresTheAnswer() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      NettyConnection connection = embedded.admit();
      embedded.advance(Duration.ofSeconds(14));
      assertThat(embedded.nextSent()).isEmpty();
      embedded.advance(Duration.ofSeconds(1));
      Message ping = embedded.nextSent().orElseThrow();
      assertThat(ping.getPing().getTimestamp()).isEqualTo(1_700_000_000_000_000_000L);
      assertThat(ping.getSenderId()).isEqualTo("publisher");
      embedded.advance(Duration.ofMillis(70));
      embedded.receive(Message.newBuilder().setPong(Pong.newBuilder().setTimestamp(5)).build());
      assertThat(connection.info().roundTripTime()).contains(Duration.ofMillis(70));
    }
  }

  @Test
  void closesAPeerThatIsSilentForFortyFiveSeconds() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      for (int ping = 0; ping < 2; ping++) {
        embedded.advance(Duration.ofSeconds(15));
        assertThat(embedded.nextSent().orElseThrow().hasPing()).isTrue();
      }
      embedded.advance(Duration.ofSeconds(15));
      DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.READ_TIMEOUT);
      assertThat(goodbye.getDetails()).isEqualTo("nothing came for 45 s");
      assertThat(embedded.channel.isOpen()).isFalse();
    }
  }

  @Test
  void neverClosesWhileItDoesNotRead() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      embedded.link.pause(Link.Pause.DISPATCH);
      for (int ping = 0; ping < 20; ping++) {
        embedded.advance(Duration.ofSeconds(15));
        assertThat(embedded.nextSent().orElseThrow().hasPing()).isTrue();
      }
      embedded.link.resume(Link.Pause.DISPATCH);
      embedded.advance(Duration.ofSeconds(15));
      assertThat(embedded.nextSent().orElseThrow().hasPing()).isTrue();
    }
  }

  /**
   * Netty takes the handlers of a closed channel out; an embedded one would also end its timers.
   */
  @Test
  void aConnectionThatEndedIsNoLongerPingedAndLeavesNoTimerBehind() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      embedded.admit();
      embedded.channel.pipeline().remove(ConnectionPipeline.KEEP_ALIVE);
      assertThat(embedded.channel.runScheduledPendingTasks()).isEqualTo(NO_TIMER);
      embedded.advance(Duration.ofSeconds(60));
      assertThat(embedded.nextSent()).isEmpty();
      assertThat(embedded.channel.isOpen()).isTrue();
    }
  }
}
