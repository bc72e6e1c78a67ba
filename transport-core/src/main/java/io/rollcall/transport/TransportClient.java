package io.rollcall.transport;

import io.rollcall.proto.v1.Message;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keeps one connection to a server. Safe for any thread. The calls that dial block until they have
 * an answer; a lost connection is dialled again in the background until {@link #disconnect()}.
 *
 * <p>Stages that are returned complete on the client's event loop: what is attached to them must
 * not block (so neither connect nor close), or take an {@code Async} variant with an executor.
 */
public interface TransportClient extends AutoCloseable {

  /**
   * Dials the configured addresses once, each within the connect timeout. See {@link
   * #connect(String)}.
   *
   * @throws IllegalStateException when already connected, when another thread is connecting, on an
   *     event loop, or when there is no address
   * @throws TransportException why it failed, as there
   */
  void connect();

  /**
   * Dials this address, one or several separated by commas, and keeps it for later reconnects.
   * Blocks for the connect timeout of each address at most. From a success on, automatic
   * reconnection is on.
   *
   * @throws IllegalStateException when already connected
   * @throws TransportException why it failed: {@link ConnectException}, {@link
   *     TransportTimeoutException}, {@link HandshakeRejectedException}
   */
  void connect(String address);

  /**
   * Connects in the background and keeps trying, with back-off, until it succeeds or {@link
   * #disconnect()} is called. Does nothing when connected or trying already.
   *
   * @throws IllegalStateException when there is no address, or the client is closed
   */
  void connectInBackground();

  /**
   * Dials up to {@code maxRetries + 1} rounds over the addresses, waiting with back-off in between.
   * Returns at once when connected.
   *
   * @throws IllegalArgumentException when {@code maxRetries} is negative
   * @throws TransportException the last failure, its message naming the number of attempts
   */
  void connectWithRetry(int maxRetries);

  /**
   * Disconnects if connected, then connects as {@link #connect()} does; automatic reconnection is
   * on again.
   */
  void reconnect();

  /**
   * Says goodbye behind what is queued, closes and stops reconnecting. Waits for the end of the
   * connection, the stop timeout at most. Does nothing when there is nothing to close.
   */
  void disconnect();

  /**
   * Sends to the server; the sender id is set to {@link #id()}.
   *
   * @return completes when written; fails with {@link NotConnectedException} when down
   */
  CompletionStage<Void> send(Message message);

  /**
   * Sends several messages in this order; see {@link Connection#sendAll}. The sender id is set to
   * {@link #id()}.
   *
   * @return completes when all are written; fails with {@link NotConnectedException} when down
   */
  CompletionStage<Void> sendAll(List<Message> messages);

  /** Whether a connection is up. */
  boolean isConnected();

  /** The client id: configured, or random for the life of this object. */
  String id();

  /** The figures of this moment. */
  ClientStats stats();

  /** The connection of this moment. */
  Optional<Connection> connection();

  /**
   * How long a frame may take from its first byte to its last; from the next connection on.
   *
   * @throws InvalidSettingException when it is out of its limits
   */
  void setReadTimeout(Duration timeout);

  /**
   * How long a queued byte may wait; from the next connection on.
   *
   * @throws InvalidSettingException when it is out of its limits
   */
  void setWriteTimeout(Duration timeout);

  /**
   * The first wait between dials, which doubles up to a minute; from the next wait on.
   *
   * @throws IllegalArgumentException when it is not more than zero
   */
  void setReconnectDelay(Duration delay);

  /** Disconnects and frees what the client holds; it cannot be used again. */
  @Override
  void close();
}
