package io.rollcall.samples.echo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportClient;
import io.rollcall.transport.testing.LocalTransportPort;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(properties = "transport.listen-addr=127.0.0.1:0")
class EchoApplicationTests {

  @LocalTransportPort private int port;

  @Test
  void whatIsSentComesBack() throws Exception {
    BlockingQueue<Message> answers = new LinkedBlockingQueue<>();
    Message sent =
        Message.newBuilder()
            .setVote(Vote.newBuilder().setSenderChainId(ByteString.copyFromUtf8("hello")))
            .build();

    try (TransportClient client =
        new NettyTransportClient(
            ClientSettings.of(List.of("127.0.0.1:" + port), false),
            inbound -> answers.add(inbound.message()),
            new Unheard(),
            TransportMetrics.NOOP)) {
      client.connect();
      client.send(sent).toCompletableFuture().get(10, TimeUnit.SECONDS);

      Message answer = answers.poll(10, TimeUnit.SECONDS);

      assertThat(answer).isNotNull();
      assertThat(answer.getVote()).isEqualTo(sent.getVote());
      assertThat(answer.getSenderId()).isEqualTo(client.id());
    }
  }

  private static final class Unheard implements ConnectionListener {

    @Override
    public void opened(ConnectionInfo connection) {}

    @Override
    public void closed(ConnectionInfo connection, CloseReason reason, String details) {}
  }
}
