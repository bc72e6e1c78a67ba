package io.rollcall.publisher.testing;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.OutboundMessage;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportServer;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A server that writes down what is sent, and whose peers read when told to. For one thread. */
public final class RecordingServer implements TransportServer {

  private final Map<String, List<Message>> sent = new HashMap<>();
  private final Map<String, RecordingConnection> connections = new HashMap<>();

  /** Has no connections. */
  public RecordingServer() {}

  /** Adds a connection. */
  public RecordingConnection open(String id) {
    RecordingConnection connection = new RecordingConnection(id);
    connections.put(id, connection);
    return connection;
  }

  /** What was sent to several at once, and to this one among them. */
  public List<Message> sentTo(String connectionId) {
    return sent.getOrDefault(connectionId, List.of());
  }

  @Override
  public CompletionStage<BroadcastResult> sendAll(List<OutboundMessage> messages) {
    for (OutboundMessage outbound : messages) {
      for (String id : outbound.connectionIds()) {
        sent.computeIfAbsent(id, _ -> new ArrayList<>()).add(outbound.message());
      }
    }
    return CompletableFuture.completedFuture(new BroadcastResult(List.of(), Map.of()));
  }

  @Override
  public CompletionStage<BroadcastResult> send(Collection<String> connectionIds, Message message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Connection> connection(String connectionId) {
    return Optional.ofNullable(connections.get(connectionId));
  }

  @Override
  public int connectionCount() {
    return connections.size();
  }

  @Override
  public void start() {}

  @Override
  public void stop() {}

  @Override
  public boolean isRunning() {
    return true;
  }

  @Override
  public Optional<String> acceptProblem() {
    return Optional.empty();
  }

  @Override
  public InetSocketAddress address() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Void> send(String connectionIdOrIdentity, Message message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<BroadcastResult> broadcast(
      Message message, Set<String> excludedConnectionIds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void offence(String connectionId, String what) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ConnectionInfo> connections() {
    throw new UnsupportedOperationException();
  }

  /** A connection whose peer reads when told to. */
  public static final class RecordingConnection implements Connection {

    private record Unread(Message message, CompletableFuture<Void> written) {}

    private final String id;
    private final List<Message> sent = new ArrayList<>();
    private final ArrayDeque<Unread> unread = new ArrayDeque<>();
    private long queuedBytes;
    private @Nullable CloseReason closedWith;

    RecordingConnection(String id) {
      this.id = id;
    }

    /** Everything that was sent to it alone, read or not. */
    public List<Message> sent() {
      return sent;
    }

    /** Why it was closed; null while it is open. */
    public @Nullable CloseReason closedWith() {
      return closedWith;
    }

    /** The peer reads one message. */
    public void readOne() {
      Unread first = unread.removeFirst();
      queuedBytes -= first.message().getSerializedSize();
      first.written().complete(null);
    }

    /** The peer reads until nothing is left. */
    public void readAll() {
      while (!unread.isEmpty()) {
        readOne();
      }
    }

    /** The connection breaks. */
    public void fail() {
      while (!unread.isEmpty()) {
        unread.removeFirst().written().completeExceptionally(new NotConnectedException(id));
      }
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public PeerIdentity identity() {
      return new PeerIdentity.Unauthenticated();
    }

    @Override
    public ConnectionInfo info() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long queuedBytes() {
      return queuedBytes;
    }

    @Override
    public CompletionStage<Void> send(Message message) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      sent.add(message);
      queuedBytes += message.getSerializedSize();
      unread.addLast(new Unread(message, written));
      return written;
    }

    @Override
    public CompletionStage<Void> sendAll(List<Message> messages) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> close(CloseReason reason, String details) {
      closedWith = reason;
      return CompletableFuture.completedFuture(null);
    }
  }
}
