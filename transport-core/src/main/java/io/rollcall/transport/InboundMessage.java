package io.rollcall.transport;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;

/**
 * A message as a handler gets it.
 *
 * @param connectionId where it came from; send and broadcast exclusion take it
 * @param from who sent it, as far as proven; {@code sender_id} inside the message proves nothing
 * @param message the message; never ping, pong or disconnect, which the transport answers itself
 * @param encoded the protobuf bytes as they came, for whoever hashes or relays a part of them;
 *     shares its memory with the byte fields of {@code message}
 */
public record InboundMessage(
    String connectionId, PeerIdentity from, Message message, ByteString encoded) {}
