package io.rollcall.transport;

import io.rollcall.proto.v1.Message;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Accepts connections and exchanges messages with them. Safe for any thread; only {@link #start()}
 * and {@link #stop()} block.
 *
 * <p>Stages that are returned complete on an event loop: what is attached to them must not block,
 * or take an {@code Async} variant with an executor.
 */
public interface TransportServer extends AutoCloseable {

  /**
   * Binds and begins to accept. A second start while running is an {@link IllegalStateException};
   * start after stop works.
   *
   * @throws BindException when it cannot listen
   */
  void start();

  /**
   * Stops accepting, tells every peer {@link CloseReason#REQUESTED} after its queue was flushed,
   * and waits for that no longer than the stop timeout. Does nothing when not running.
   */
  void stop();

  /** Whether it accepts connections. */
  boolean isRunning();

  /**
   * Why connections cannot be accepted at present, in the operating system's words, {@code too many
   * open files} most often. It tries again every second; empty again 3 s after the last failure.
   */
  Optional<String> acceptProblem();

  /** The address it listens on, with the real port; only while running. */
  InetSocketAddress address();

  /**
   * Sends to one peer: to the connection of that id, or to all connections of that identity. The
   * sender id is left as it is.
   *
   * @return completes when written, fails with {@link UnknownPeerException} when nobody is there
   */
  CompletionStage<Void> send(String connectionIdOrIdentity, Message message);

  /**
   * Sends one message, encoded once, to several connections; ids that are gone are reported as
   * failed. The sender id is set to {@code publisher}.
   */
  CompletionStage<BroadcastResult> send(Collection<String> connectionIds, Message message);

  /**
   * Sends several messages, each encoded once, in this order: as {@link #send(Collection, Message)}
   * for each of them, at a fraction of its cost. A message that is too large is sent to nobody and
   * keeps no other from being sent.
   *
   * @return completes when all that can be is written; delivered are the connections that got
   *     everything that was meant for them, failed are the others, each with its first failure
   */
  CompletionStage<BroadcastResult> sendAll(List<OutboundMessage> messages);

  /**
   * Sends to every connection but the excluded ones. Never waits for a peer. The sender id is set
   * to {@code publisher}, as peers of the SDK expect.
   *
   * @param excludedConnectionIds connection ids, not identities
   * @return completes when every recipient's bytes were written or failed
   */
  CompletionStage<BroadcastResult> broadcast(Message message, Set<String> excludedConnectionIds);

  /**
   * Tells that a peer asked for what its identity may not do. Each such offence is counted, and
   * {@link AuditListener} hears of it; at {@link AdmissionSettings#maxOffences()} within a minute
   * the connection is closed with {@link CloseReason#AUTH_FAILURE}. Never waits.
   *
   * @param connectionId the connection that the message came on, which may have ended meanwhile;
   *     nothing happens once its last message was handled
   * @param what for people: what was asked for; one short line without secrets
   */
  void offence(String connectionId, String what);

  /** Snapshots of all connections, oldest first. */
  List<ConnectionInfo> connections();

  /** The connection of this id, while it lives. */
  Optional<Connection> connection(String connectionId);

  /** How many connections are admitted. */
  int connectionCount();

  /** Same as {@link #stop()}. */
  @Override
  default void close() {
    stop();
  }
}
