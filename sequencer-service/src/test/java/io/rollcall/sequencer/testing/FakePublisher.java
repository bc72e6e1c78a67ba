package io.rollcall.sequencer.testing;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.ClientStats;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.event.ConnectionClosedEvent;
import io.rollcall.transport.event.ConnectionOpenedEvent;
import io.rollcall.transport.event.MessageReceivedEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The client of a publisher that the test plays: what the sequencer sends is kept for the test, and
 * what the test says comes as the transport's events, on the test's thread.
 */
public final class FakePublisher implements TransportClient {

  private final Consumer<Object> events;
  private final BlockingQueue<Message> sent = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Optional<FakeConnection> connection = Optional.empty();

  private final Function<Message, CompletionStage<Void>> writing;

  /** Tells its events to this, and takes at once whatever the sequencer sends. */
  public FakePublisher(Consumer<Object> events) {
    this(events, message -> CompletableFuture.completedFuture(null));
  }

  /** Tells its events to the first, and lets the second say when a message is written. */
  public FakePublisher(Consumer<Object> events, Function<Message, CompletionStage<Void>> writing) {
    this.events = events;
    this.writing = writing;
  }

  /** Connects, in place of the transport. */
  @Override
  public void connectInBackground() {
    FakeConnection fresh = new FakeConnection("c" + connections.incrementAndGet());
    connection = Optional.of(fresh);
    events.accept(new ConnectionOpenedEvent(fresh.info()));
  }

  /** Cuts the connection. */
  public void cut() {
    Optional<FakeConnection> lost = connection;
    connection = Optional.empty();
    lost.ifPresent(gone ->
        events.accept(
            new ConnectionClosedEvent(gone.info(), CloseReason.NETWORK_ERROR, "cut by test")));
  }

  /** Says something as the publisher. */
  public void say(Message message) {
    sayFrom(connection.orElseThrow().id(), message);
  }

  /** Says something on a connection that need not be the publisher's. */
  public void sayFrom(String connectionId, Message message) {
    events.accept(
        new MessageReceivedEvent(
            new InboundMessage(
                connectionId,
                new PeerIdentity.Unauthenticated(),
                message,
                message.toByteString())));
  }

  /** Announces an XT. */
  public void announce(CrossChainTransaction xt) {
    say(Message.newBuilder().setSenderId("publisher").setXtRequest(xt.request()).build());
  }

  /** Decides an XT. */
  public void decide(XtId id, boolean commit, String reason) {
    say(
        Message.newBuilder()
            .setDecided(
                Decided.newBuilder().setXtId(id.toMessage()).setDecision(commit).setReason(reason))
            .build());
  }

  /** Refuses a submission. */
  public void refuse(XtId id, String reason) {
    say(
        Message.newBuilder()
            .setDecided(
                Decided.newBuilder().setXtId(id.toMessage()).setRefused(true).setReason(reason))
            .build());
  }

  /** The next message that the sequencer sends, within ten seconds. */
  public Message next() {
    try {
      Message message = sent.poll(10, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("the sequencer sent nothing within 10s");
      }
      return message;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** The next vote that the sequencer sends; anything before it is dropped. */
  public Vote nextVote() {
    Message message = next();
    while (!message.hasVote()) {
      message = next();
    }
    return message.getVote();
  }

  /** Forgets what was sent and not looked at. */
  public void forget() {
    sent.clear();
  }

  @Override
  public CompletionStage<Void> send(Message message) {
    if (connection.isEmpty()) {
      return CompletableFuture.failedFuture(new NotConnectedException("cut by test"));
    }
    sent.add(message);
    return writing.apply(message);
  }

  @Override
  public CompletionStage<Void> sendAll(List<Message> messages) {
    return CompletableFuture.allOf(
        messages.stream()
            .map(message -> send(message).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  @Override
  public Optional<Connection> connection() {
    return connection.map(live -> live);
  }

  @Override
  public boolean isConnected() {
    return connection.isPresent();
  }

  @Override
  public ClientStats stats() {
    return new ClientStats(
        id(),
        "publisher.test:8080",
        connection.map(FakeConnection::info),
        connections.get(),
        Optional.empty());
  }

  @Override
  public String id() {
    return "fake";
  }

  @Override
  public void connect() {
    connectInBackground();
  }

  @Override
  public void connect(String address) {
    connectInBackground();
  }

  @Override
  public void connectWithRetry(int maxRetries) {
    connectInBackground();
  }

  @Override
  public void reconnect() {
    cut();
    connectInBackground();
  }

  @Override
  public void disconnect() {
    cut();
  }

  @Override
  public void setReadTimeout(Duration timeout) {}

  @Override
  public void setWriteTimeout(Duration timeout) {}

  @Override
  public void setReconnectDelay(Duration delay) {}

  @Override
  public void close() {
    cut();
  }

  /** A connection in name only. */
  private record FakeConnection(String id) implements Connection {

    @Override
    public PeerIdentity identity() {
      return new PeerIdentity.Unauthenticated();
    }

    @Override
    public ConnectionInfo info() {
      return new ConnectionInfo(
          id,
          InetSocketAddress.createUnresolved("publisher.test", 8080),
          identity(),
          HandshakeVersion.V1,
          false,
          Compression.NONE,
          Instant.EPOCH,
          Instant.EPOCH,
          0,
          0,
          0,
          0,
          0,
          Optional.empty());
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public CompletionStage<Void> send(Message message) {
      throw new UnsupportedOperationException("the client sends");
    }

    @Override
    public CompletionStage<Void> sendAll(List<Message> messages) {
      throw new UnsupportedOperationException("the client sends");
    }

    @Override
    public CompletionStage<Void> close(CloseReason reason, String details) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
