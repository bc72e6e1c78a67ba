package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.BindException;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.OutboundMessage;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.UnknownPeerException;
import io.rollcall.transport.codec.MalformedMessageException;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.GoldenMessages;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.RawSocketPeer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NettyTransportServerIntegrationTests {

  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  @Test
  void answersPingWithTheTimestampThatCame() {
    try (ServerFixture fixture = new ServerFixture(settings);
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

  @Test
  void takesEveryMessageOfTheSdkAndSendsTheSameBytesBack() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      for (GoldenMessages.Row row : GoldenMessages.all()) {
        if (row.message().hasPing() || row.message().hasPong() || row.message().hasDisconnect()) {
          continue;
        }
        peer.send(row.frame().toByteArray());
        InboundMessage inbound = fixture.recorded.nextMessage();
        assertThat(inbound.message()).isEqualTo(row.message());
        assertThat(inbound.encoded()).isEqualTo(row.body());
        assertThat(inbound.from()).isEqualTo(new PeerIdentity.Unauthenticated());
        join(fixture.server.send(inbound.connectionId(), inbound.message()));
        assertThat(peer.readFrame()).isEqualTo(row.body());
      }
    }
  }

  @Test
  void takesFramesInAnySegmentation() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      for (byte one : RawSocketPeer.frame(vote("drip").toByteString())) {
        peer.send(one);
      }
      assertThat(fixture.recorded.nextMessage().message()).isEqualTo(vote("drip"));
    }
  }

  @Test
  void keepsTheOrderOfEachConnectionWhileMany() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings)) {
      List<RawSocketPeer> peers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        peers.add(fixture.connect());
      }
      for (int number = 0; number < 200; number++) {
        for (int i = 0; i < peers.size(); i++) {
          peers.get(i).send(vote(i + ":" + number));
        }
      }
      int[] next = new int[peers.size()];
      for (int i = 0; i < 200 * peers.size(); i++) {
        String[] sender = fixture.recorded.nextMessage().message().getSenderId().split(":", 2);
        int peer = Integer.parseInt(sender[0]);
        assertThat(Integer.parseInt(sender[1])).isEqualTo(next[peer]++);
      }
      peers.forEach(RawSocketPeer::close);
    }
  }

  @Test
  void broadcastsToAllButTheExcludedAndLeavesTheCallersMessageAlone() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer a = fixture.connect();
        RawSocketPeer b = fixture.connect();
        RawSocketPeer c = fixture.connect()) {
      String idA = fixture.admitted(a);
      String idB = fixture.admitted(b);
      String idC = fixture.admitted(c);
      Message message = vote("caller");
      BroadcastResult result = join(fixture.server.broadcast(message, Set.of(idB)));
      assertThat(result.delivered()).containsExactlyInAnyOrder(idA, idC);
      assertThat(result.failed()).isEmpty();
      Message expected = message.toBuilder().setSenderId("publisher").build();
      assertThat(a.readMessage()).isEqualTo(expected);
      assertThat(c.readMessage()).isEqualTo(expected);
      b.ping(2); // The next thing it hears is its pong.
      assertThat(fixture.server.connections())
          .extracting("id")
          .containsExactlyInAnyOrder(idA, idB, idC);
    }
  }

  @Test
  void reportsRecipientsThatAreGone() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer a = fixture.connect()) {
      String id = fixture.admitted(a);
      BroadcastResult result = join(fixture.server.send(List.of(id, "nobody", id), vote("x")));
      assertThat(result.delivered()).containsExactly(id);
      assertThat(result.failed()).containsOnlyKeys("nobody");
      assertThat(a.readMessage().getSenderId()).isEqualTo("publisher");
      assertThatThrownBy(() -> join(fixture.server.send("nobody", vote("x"))))
          .hasCauseInstanceOf(UnknownPeerException.class)
          .hasMessageContaining("client nobody not found");
    }
  }

  @Test
  void sendsManyMessagesAtOnceToEachItsOwnInTheirOrder() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer a = fixture.connect();
        RawSocketPeer b = fixture.connect()) {
      String idA = fixture.admitted(a);
      String idB = fixture.admitted(b);
      List<OutboundMessage> messages = new ArrayList<>();
      for (int i = 1; i <= 300; i++) {
        messages.add(
            new OutboundMessage(i % 3 == 0 ? List.of(idA, idB) : List.of(idA), numbered(i)));
      }
      BroadcastResult result = join(fixture.server.sendAll(messages));
      assertThat(result.delivered()).containsExactlyInAnyOrder(idA, idB);
      assertThat(result.failed()).isEmpty();
      for (int i = 1; i <= 300; i++) {
        Message expected = numbered(i).toBuilder().setSenderId("publisher").build();
        assertThat(a.readMessage()).isEqualTo(expected);
        if (i % 3 == 0) {
          assertThat(b.readMessage()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void oneOfManyThatIsTooLargeAndOneThatIsGoneHarmNoOther() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer a = fixture.connect();
        RawSocketPeer b = fixture.connect()) {
      String idA = fixture.admitted(a);
      String idB = fixture.admitted(b);
      Message tooLarge =
          Message.newBuilder()
              .setSenderId("publisher")
              .setBlock(
                  Block.newBuilder()
                      .setBlockData(ByteString.copyFrom(new byte[settings.maxMessageSize])))
              .build();
      BroadcastResult result =
          join(
              fixture.server.sendAll(
                  List.of(
                      new OutboundMessage(List.of(idA, idB), numbered(1)),
                      new OutboundMessage(List.of(idB), tooLarge),
                      new OutboundMessage(List.of("nobody", idA, idB), numbered(2)))));
      assertThat(result.delivered()).containsExactly(idA);
      assertThat(result.failed()).containsOnlyKeys("nobody", idB);
      assertThat(result.failed().get(idB)).isInstanceOf(MessageTooLargeException.class);
      assertThat(result.failed().get("nobody")).isInstanceOf(UnknownPeerException.class);
      for (RawSocketPeer peer : List.of(a, b)) {
        assertThat(peer.readMessage().getVote().getSenderChainId().byteAt(0)).isEqualTo((byte) 1);
        assertThat(peer.readMessage().getVote().getSenderChainId().byteAt(0)).isEqualTo((byte) 2);
      }
      assertThat(join(fixture.server.sendAll(List.of())).delivered()).isEmpty();
    }
  }

  @Test
  void sendsAListOnOneConnectionAllOrNoneOfIt() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      Connection connection = fixture.server.connection(fixture.admitted(peer)).orElseThrow();
      List<Message> list = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        list.add(numbered(i));
      }
      join(connection.sendAll(list));
      for (int i = 1; i <= 100; i++) {
        assertThat(peer.readMessage()).isEqualTo(numbered(i));
      }
      join(connection.sendAll(List.of()));

      assertThatThrownBy(
              () -> join(connection.sendAll(List.of(numbered(1), Message.getDefaultInstance()))))
          .hasCauseInstanceOf(MalformedMessageException.class);
      peer.ping(2); // The next thing it hears is its pong.

      join(connection.close(CloseReason.REQUESTED, "enough"));
      assertThatThrownBy(() -> join(connection.sendAll(list)))
          .hasCauseInstanceOf(NotConnectedException.class);
    }
  }

  private static Message numbered(int number) {
    return Message.newBuilder()
        .setSenderId("as it is")
        .setVote(
            Vote.newBuilder()
                .setSenderChainId(
                    ByteString.copyFrom(
                        ByteBuffer.allocate(4).putInt(number << 24 | number).array())))
        .build();
  }

  @Test
  void reachesAllConnectionsOfAnIdentity() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer a = fixture.connect();
        RawSocketPeer b = fixture.connect()) {
      fixture.admitted(a);
      fixture.admitted(b);
      join(fixture.server.send(PeerIdentity.UNAUTHENTICATED, vote("as it is")));
      assertThat(a.readMessage()).isEqualTo(vote("as it is"));
      assertThat(b.readMessage()).isEqualTo(vote("as it is"));
    }
  }

  @Test
  void refusesToSendTooMuchWithoutHarmToTheConnection() {
    settings.maxMessageSize = 1024;
    settings.outboundBuffer = 4096;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      String id = fixture.admitted(peer);
      assertThatThrownBy(() -> join(fixture.server.send(id, vote("x".repeat(1024)))))
          .hasCauseInstanceOf(MessageTooLargeException.class);
      peer.ping(2);
    }
  }

  @Test
  void countsBytesAndMessages() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      Await.until(
          "the pong was counted",
          () -> fixture.server.connections().getFirst().messagesWritten() == 1);
      var info = fixture.server.connections().getFirst();
      assertThat(info.messagesRead()).isEqualTo(1);
      assertThat(info.bytesRead()).isEqualTo(4 + 5 + 4);
      assertThat(info.bytesWritten()).isEqualTo(4 + 8 + 4);
      assertThat(info.queuedBytes()).isZero();
      assertThat(info.lastSeen()).isAfterOrEqualTo(info.connectedAt().minusMillis(1));
    }
  }

  @Test
  void answersADisconnectAndCloses() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      String id = fixture.admitted(peer);
      peer.send(disconnect(DisconnectMessage.Reason.REQUESTED, "client requested disconnect"));
      Message answer = peer.readMessage();
      assertThat(answer)
          .isEqualTo(
              disconnect(DisconnectMessage.Reason.REQUESTED, "server closing connection")
                  .toBuilder()
                  .setSenderId(id)
                  .build());
      peer.expectEndOfStream();
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.REQUESTED);
      assertThat(closed.details()).isEqualTo("client requested disconnect");
    }
  }

  @Test
  void saysGoodbyeToAPeerThatEndsItsStream() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      peer.shutdownOutput();
      assertThat(peer.readDisconnect().getDetails()).isEqualTo("server closing connection");
      peer.expectEndOfStream();
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.END_OF_STREAM);
    }
  }

  @Test
  void noticesAReset() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      peer.reset();
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.NETWORK_ERROR);
      assertThat(fixture.server.connectionCount()).isZero();
    }
  }

  @Test
  void anOffenceIsAuditedThoughItsConnectionEndedBeforeItWasHandled() {
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<ServerFixture> fixtures = new CompletableFuture<>();
    settings.handler =
        Optional.of(message -> {
          try {
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          fixtures.join().server.offence(message.connectionId(), "voted for another's chain");
        });
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixtures.complete(fixture);
      String id = fixture.admitted(peer);
      peer.send(vote("late")).close();
      Await.until("its end is seen", () -> fixture.server.connectionCount() == 0);
      ended.countDown();
      Await.until("it is audited", () -> !fixture.audited.isEmpty());
      assertThat(fixture.audited.element())
          .isInstanceOfSatisfying(
              AuditEvent.Offence.class,
              offence -> {
                assertThat(offence.connectionId()).isEqualTo(id);
                assertThat(offence.closed()).isFalse();
              });
    }
  }

  @Test
  void tellsThePeerThatTheConnectionLimitIsReached() {
    settings.maxConnections = 1;
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer first = fixture.connect()) {
      fixture.admitted(first);
      try (RawSocketPeer second = fixture.connect()) {
        DisconnectMessage refusal = second.readDisconnect();
        assertThat(refusal.getReason()).isEqualTo(DisconnectMessage.Reason.TOO_MANY_PEERS);
        assertThat(refusal.getDetails()).isEqualTo("connection limit reached");
        second.expectEndOfStream();
      }
      first.ping(2);
      first.shutdownOutput();
      fixture.recorded.nextClosed();
      try (RawSocketPeer third = fixture.connect()) {
        fixture.admitted(third);
      }
    }
  }

  @Test
  void stopSaysGoodbyeAfterWhatIsQueuedAndStartWorksAgain() throws Exception {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      String id = fixture.admitted(peer);
      for (int i = 0; i < 100; i++) {
        var _ = fixture.server.send(id, vote("queued"));
      }
      fixture.server.stop();
      fixture.server.stop();
      for (int i = 0; i < 100; i++) {
        assertThat(peer.readMessage()).isEqualTo(vote("queued"));
      }
      DisconnectMessage goodbye = peer.readDisconnect();
      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.REQUESTED);
      assertThat(goodbye.getDetails()).isEqualTo("server closing connection");
      peer.expectEndOfStream();
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.REQUESTED);
      assertThat(fixture.server.isRunning()).isFalse();
      assertThat(fixture.server.connectionCount()).isZero();

      fixture.server.start();
      assertThatThrownBy(fixture.server::start).isInstanceOf(IllegalStateException.class);
      try (RawSocketPeer again = fixture.connect()) {
        fixture.admitted(again);
      }
    }
  }

  @Test
  void stopEndsItsThreads() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer peer = fixture.connect()) {
      fixture.admitted(peer);
      fixture.server.stop();
    }
    Await.until(
        "no thread of a server is left",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("transport-server")));
  }

  @Test
  void saysInOneSentenceThatAPortIsInUse() {
    try (ServerFixture first = new ServerFixture(settings);
        LogCapture log = LogCapture.of("io.rollcall.transport")) {
      settings.port = first.server.address().getPort();
      assertThatThrownBy(() -> new ServerFixture(settings))
          .isInstanceOf(BindException.class)
          .hasMessage("cannot listen on 127.0.0.1:" + settings.port + ": address already in use");
      assertThat(log.lines(Level.WARN)).as("nothing else is wrong").isEmpty();
    }
  }

  static Message vote(String sender) {
    return Message.newBuilder()
        .setSenderId(sender)
        .setVote(Vote.newBuilder().setSenderChainId(ByteString.fromHex("d903")).setVote(true))
        .build();
  }

  private static Message disconnect(DisconnectMessage.Reason reason, String details) {
    return Message.newBuilder()
        .setDisconnect(DisconnectMessage.newBuilder().setReason(reason).setDetails(details))
        .build();
  }

  static <T> T join(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
