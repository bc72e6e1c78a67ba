package io.rollcall.transport.netty;

import io.rollcall.proto.v1.Message;
import java.util.Optional;

/**
 * What one side writes into {@code sender_id}, by kind of message; the disconnect of a server bears
 * the connection id, which peers of the SDK expect.
 *
 * @param messages put into every message sent on a connection; empty: the caller's is left
 * @param ping on pings
 * @param pong on pongs
 * @param disconnect on disconnects; empty: the connection id
 */
record SenderIds(Optional<String> messages, String ping, String pong, Optional<String> disconnect) {

  /** On broadcasts, and on whatever else a server says of its own accord. */
  static final String PUBLISHER = "publisher";

  /** A server's. */
  static final SenderIds SERVER =
      new SenderIds(Optional.empty(), PUBLISHER, "server", Optional.empty());

  /** A client's: always its id. */
  static SenderIds client(String clientId) {
    return new SenderIds(Optional.of(clientId), clientId, clientId, Optional.of(clientId));
  }

  /**
   * The message with this sender; itself when it has it, because each copy is built field by field.
   */
  static Message put(String sender, Message message) {
    return message.getSenderId().equals(sender)
        ? message
        : message.toBuilder().setSenderId(sender).build();
  }
}
