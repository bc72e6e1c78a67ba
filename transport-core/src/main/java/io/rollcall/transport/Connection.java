package io.rollcall.transport;

import io.rollcall.proto.v1.Message;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * One admitted connection. Safe for any thread; no call blocks.
 *
 * <p>Stages that are returned complete on the connection's event loop: what is attached to them
 * must not block, or take an {@code Async} variant with an executor.
 */
public interface Connection {

  /** The connection's id. */
  String id();

  /** Who the peer is. */
  PeerIdentity identity();

  /** The figures of this moment. */
  ConnectionInfo info();

  /** Bytes waiting to be written; cheaper than {@link #info()}. */
  long queuedBytes();

  /**
   * Queues a message, behind whatever was queued before.
   *
   * <p>Completes when the bytes were handed to the socket. Fails with a {@link TransportException}:
   * {@link MessageTooLargeException} before any byte is written and without harm to the connection,
   * {@link NotConnectedException} when it is closed, and any other reason ends the connection too.
   * A message that does not fit into the outbound buffer closes the connection with {@link
   * CloseReason#WRITE_TIMEOUT}.
   */
  CompletionStage<Void> send(Message message);

  /**
   * Queues several messages in this order, as {@link #send} does for each, at a fraction of its
   * cost: small ones leave in one write.
   *
   * <p>Completes when the socket took all of them. Fails as {@link #send} does; when one of them is
   * too large none is sent, and when the connection ends, some of the first may have been.
   */
  CompletionStage<Void> sendAll(List<Message> messages);

  /**
   * Tells the peer why, after what is queued, and closes; harmless on a closed connection.
   *
   * @return completes when the socket is closed; never fails
   */
  CompletionStage<Void> close(CloseReason reason, String details);
}
