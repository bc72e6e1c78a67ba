package io.rollcall.transport.event;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;

/**
 * A connection that was admitted is gone. Comes after the last {@link MessageReceivedEvent} of that
 * connection, on the same thread or on the event loop (see {@link
 * TransportEventPublisher#withImmediateListeners}).
 *
 * @param connection its last figures
 * @param reason why it ended
 * @param details for people; may be empty
 */
public record ConnectionClosedEvent(
    ConnectionInfo connection, CloseReason reason, String details) {}
