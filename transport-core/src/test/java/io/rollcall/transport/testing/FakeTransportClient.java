package io.rollcall.transport.testing;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.ClientStats;
import io.rollcall.transport.Connection;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.TransportClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client without a socket, for tests of what stands around one. Never connected by itself. */
public final class FakeTransportClient implements TransportClient {

  /** The names of the calls that dial or close, in order. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  private volatile Optional<ConnectionInfo> connection = Optional.empty();
  private volatile Optional<String> lastFailure = Optional.empty();

  /** From now on it is connected. */
  public void connected(ConnectionInfo info) {
    connection = Optional.of(info);
  }

  /** From now on it is not connected, for this reason. */
  public void failed(String reason) {
    connection = Optional.empty();
    lastFailure = Optional.of(reason);
  }

  @Override
  public void connect() {
    calls.add("connect");
  }

  @Override
  public void connect(String address) {
    calls.add("connect");
  }

  @Override
  public void connectInBackground() {
    calls.add("connectInBackground");
  }

  @Override
  public void connectWithRetry(int maxRetries) {
    calls.add("connectWithRetry");
  }

  @Override
  public void reconnect() {
    calls.add("reconnect");
  }

  @Override
  public void disconnect() {
    calls.add("disconnect");
  }

  @Override
  public CompletionStage<Void> send(Message message) {
    return CompletableFuture.failedFuture(new NotConnectedException("no connection"));
  }

  @Override
  public CompletionStage<Void> sendAll(List<Message> messages) {
    return CompletableFuture.failedFuture(new NotConnectedException("no connection"));
  }

  @Override
  public boolean isConnected() {
    return connection.isPresent();
  }

  @Override
  public String id() {
    return "fake";
  }

  @Override
  public ClientStats stats() {
    return new ClientStats(id(), "publisher.example:8080", connection, calls.size(), lastFailure);
  }

  @Override
  public Optional<Connection> connection() {
    return Optional.empty();
  }

  @Override
  public void setReadTimeout(Duration timeout) {}

  @Override
  public void setWriteTimeout(Duration timeout) {}

  @Override
  public void setReconnectDelay(Duration delay) {}

  @Override
  public void close() {
    calls.add("close");
  }
}
