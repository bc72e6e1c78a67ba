package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.transport.testing.RawSocketPeer;
import org.junit.jupiter.api.Test;

class NettyTransportServerIntegrationTests {

  @Test
  void answersPingWithTheTimestampThatCame() {
    try (ServerFixture fixture = new ServerFixture(new ServerFixture.Settings());
        RawSocketPeer peer = fixture.connect()) {
      peer.send(
          Message.newBuilder()
              .setSenderId("client-1")
              .setPing(Ping.newBuilder().setTimestamp(1700000000000000000L))
              .build());
      Message pong = peer.readMessage();
      assertThat(pong.getSenderId()).isEqualTo("server");
      assertThat(pong.getPong().getTimestamp()).isEqualTo(1700000000000000000L);
    }
  }
}
