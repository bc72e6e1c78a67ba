package io.rollcall.transport.testing;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.BroadcastResult;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.OutboundMessage;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.UnknownPeerException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A server without a socket, for tests of what stands around one. Sending finds nobody. */
public final class FakeTransportServer implements TransportServer {

  /** The port it claims to listen on. */
  public static final int PORT = 4321;

  /** What {@link #connections()} answers. */
  public final List<ConnectionInfo> connections = new CopyOnWriteArrayList<>();

  /** What {@link #acceptProblem()} answers. */
  public final AtomicReference<Optional<String>> acceptProblem =
      new AtomicReference<>(Optional.empty());

  private final Runnable onStop;
  private volatile boolean running;

  /** Not running yet. */
  public FakeTransportServer() {
    this(() -> {});
  }

  /** Runs this in each stop, before it counts as stopped. */
  public FakeTransportServer(Runnable onStop) {
    this.onStop = onStop;
  }

  @Override
  public void start() {
    if (running) {
      throw new IllegalStateException("already running");
    }
    running = true;
  }

  @Override
  public void stop() {
    if (running) {
      onStop.run();
      running = false;
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public Optional<String> acceptProblem() {
    return acceptProblem.get();
  }

  @Override
  public InetSocketAddress address() {
    return InetSocketAddress.createUnresolved("localhost", PORT);
  }

  @Override
  public CompletionStage<Void> send(String connectionIdOrIdentity, Message message) {
    return CompletableFuture.failedFuture(new UnknownPeerException(connectionIdOrIdentity));
  }

  @Override
  public CompletionStage<BroadcastResult> send(Collection<String> connectionIds, Message message) {
    return CompletableFuture.failedFuture(new UnknownPeerException(connectionIds.toString()));
  }

  @Override
  public CompletionStage<BroadcastResult> sendAll(List<OutboundMessage> messages) {
    return CompletableFuture.failedFuture(new UnknownPeerException(messages.toString()));
  }

  @Override
  public CompletionStage<BroadcastResult> broadcast(
      Message message, Set<String> excludedConnectionIds) {
    return CompletableFuture.failedFuture(new UnknownPeerException("anybody"));
  }

  @Override
  public void offence(String connectionId, String what) {}

  @Override
  public List<ConnectionInfo> connections() {
    return List.copyOf(connections);
  }

  @Override
  public Optional<Connection> connection(String connectionId) {
    return Optional.empty();
  }

  @Override
  public int connectionCount() {
    return connections.size();
  }
}
